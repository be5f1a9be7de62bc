/** `12D3Koo…WPqL`: enough of a peer id to tell it from others at a glance. */
export function shortId(peer: string): string {
	return peer.length <= 12 ? peer : `${peer.slice(0, 7)}…${peer.slice(-4)}`;
}
