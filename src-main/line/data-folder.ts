/** The data folder for the programs that start a line: they name and claim it before the line itself, which is large, is loaded. */
export { claimDataFolder, type DataFolder, defaultDataFolder } from '../records/data-folder.ts';
