export {type Rate, TokenBucket, TokenBuckets} from '../base/token-bucket.ts';
