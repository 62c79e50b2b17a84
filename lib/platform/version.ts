import packageFile from '../../package.json' with { type: 'json' }

/** The version of Tidemark that runs here. */
export const TIDEMARK_VERSION: string = packageFile.version
