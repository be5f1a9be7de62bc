/** Calls `callback` once after `milliseconds`; the function returned calls it off. Injected, so that tests own time. */
export type SetTimer = (callback: () => void, milliseconds: number) => () => void;

export const realTimer: SetTimer = (callback, milliseconds) => {
	const timer = setTimeout(callback, milliseconds);
	return () => clearTimeout(timer);
};
