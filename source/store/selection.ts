/** The message that the keys are about. */
export type Selection = {readonly room: string; readonly id: string};
