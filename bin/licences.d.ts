/** What of a package.json the notice is made of. */
export type AboutPackage = {
	readonly name: string;
	readonly version: string;
	readonly license?: string | undefined;
	readonly author?: string | {readonly name?: string} | undefined;
};

export function licenceNotice(about: AboutPackage, files: readonly string[]): string;
