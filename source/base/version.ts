/** This program's version; the build copies it from package.json. */
export {version} from '../../package.json';
