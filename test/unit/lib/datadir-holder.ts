// Holds a data directory until it is killed; run by datadir.test.ts as a process of its own.
import { openDataDirectory } from '../../../main/lib/datadir.ts';

await openDataDirectory(process.argv[2]!);
process.send!('held');
setInterval(() => undefined, 1000);
