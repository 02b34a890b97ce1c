/** The open windows, for everyone who must close or list them. */
export const windows = new Set<{ closed(): Promise<void> }>();
