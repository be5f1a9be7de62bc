/** A node of js-libp2p with its own mDNS. Tells who it is, and whom it discovers. */

/** js-libp2p 3 needs it, and Node 20 does not have it. */
(Promise as {withResolvers?: unknown}).withResolvers ??= () => {
	const parts: {resolve?: unknown; reject?: unknown} = {};
	const promise = new Promise((resolve, reject) => Object.assign(parts, {resolve, reject}));
	return {promise, ...parts};
};

const {createLibp2p} = await import('libp2p');
const {tcp} = await import('@libp2p/tcp');
const {noise} = await import('@chainsafe/libp2p-noise');
const {yamux} = await import('@chainsafe/libp2p-yamux');
const {mdns} = await import('@libp2p/mdns');

const node = await createLibp2p({
	start: false,
	addresses: {listen: [`/ip4/${process.argv[2]}/tcp/0`]},
	transports: [tcp()],
	connectionEncrypters: [noise()],
	streamMuxers: [yamux()],
	peerDiscovery: [mdns({interval: 1_000})],
});
const print = (line: object) => console.log(JSON.stringify(line));
node.addEventListener('peer:discovery', ({detail}) =>
	print({type: 'discovery', peer: detail.id.toString(), addresses: detail.multiaddrs.map(String)}),
);
process.stdin.resume().on('end', () => process.exit());
await node.start();
print({type: 'ready', peer: node.peerId.toString(), addresses: node.getMultiaddrs().map(String)});

export {};
