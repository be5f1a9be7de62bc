import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import type {Vault} from '../storage/files/vault.ts';

/** The files of this profile; undefined if it shall neither fetch nor give any. Rejects if there is no temporary folder. */
export async function openVault(
	{dataDirectory, files}: CoreConfig,
	warn: (warning: NodeEvent) => void,
): Promise<Vault | undefined> {
	if (files === undefined) return undefined;
	const {Vault} = await import('../storage/files/vault.ts');
	return Vault.open({
		directory: dataDirectory,
		settings: files,
		warn: message => warn({type: 'warning', code: 'files', message}),
	});
}
