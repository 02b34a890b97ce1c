/** Messages about the node, its disk, its network and its transports. */

/** Detail of `clock-wrong` while the clock is so far behind that this node would reject its own blocks. */
export const CLOCK_BEHIND_BLOCKS =
  'The clock of this computer is behind the newest blocks, so this node would reject its own block. Turn on automatic date and time, or set the clock; then try again.';

/** Why a client paused mining. */
export const MINING_PAUSED = {
  user: 'Mining is paused. Choose “Continue mining” in the app or in the menu of the tray icon.',
  battery:
    'Mining is paused while this computer runs on its battery. It continues when the computer is plugged in. You can change this in the settings.',
} as const;

export const NODE_SENTENCES = {
  'input-invalid': 'The input[ of {procedure}] is not valid[: {detail}]. Correct it and try again.',
  'procedure-unknown':
    'There is no procedure[ named “{procedure}”| of that name]. See “kith call --help” for all of them.',
  'request-malformed': 'The request could not be read. Use a client of the same version.',
  'request-too-large':
    'The request is too large. The limit is 256 KiB, not counting the bytes of a block or transaction. Send less per request.',
  'api-busy': 'Too many requests are open. Wait until some of them end, then try again.',
  'questions-cancelled-often':
    'Too many questions were cancelled, so this one was not shown and nothing was changed or sent. Try again in a minute.',
  'close-cancelled-often':
    'The question about closing the window was cancelled too often, so it was not shown. Try again in a minute, or choose Quit in the menu.',
  'save-busy': 'Another file is being saved. Finish that dialog first, then try again.',
  'save-refused':
    'The app does not save this file, because its name, size or content is not what it expects. Report this as a bug.',
  'save-unreported':
    'The app did not report whether the file was saved. Look for the file, and save it again if it is missing.',
  'save-failed': 'The file could not be saved completely. Choose another folder or disk.',
  'reach-tested-recently':
    'Reachability was tested less than a minute ago. Wait[ {seconds:seconds}], then test again.',
  'reach-untestable':
    'Reachability cannot be tested now: a peer outside the local network must be connected, and this node must accept connections.',
  'diagnosis-unsaved':
    'The diagnosis could not be written[ to {file}]. An existing file is never replaced. Choose another name or folder.',
  'settings-changed-often': 'The settings of the app were changed too often. Wait a minute, then try again.',
  'settings-unwritable':
    'The settings of the app cannot be saved[: {reason}]. Check the permissions of its folder, then try again.',
  'settings-unreadable':
    'The settings of this node cannot be read[ from {file}][: {reason}]. The defaults are used. The next change of a setting writes a new file and keeps the old one beside it.',
  'settings-newer':
    'The settings of this node[ in {file}] are of a newer version of Kith. The defaults are used, and nothing can be changed here. Update Kith, or delete the file and start the node again.',
  'setting-ignored':
    'The value of “{name}”[ in {file}] is not valid, so the default is used. Choose a new value in the settings.',
  'setting-asmap-unusable':
    'The ASN map[ {file}] of the settings cannot be used[: {reason}]. Until it can be read again, peers are chosen by network prefix. Choose another file in the settings, or remove the setting.',
  'setting-listen-unusable':
    'The node cannot listen on[ {address}| the address of the settings], so it accepts no inbound connections. Choose another address in the settings.',
  'setting-fixed-program': 'The setting[ “{name}”] cannot be changed for this network.',
  'setting-fixed-argument':
    'The setting[ “{name}”] was given as an argument when Kith was started, and arguments have priority. Start Kith without that argument to change it here.',
  'setting-fixed-config-file':
    'The setting[ “{name}”] is in the config file, which has priority. Remove it there and start Kith again to change it here.',
  'restart-unavailable': 'This program cannot restart the node by itself. Quit Kith, then start it again.',
  'node-restarts': 'The node restarts.',
  'sync-paused-disk':
    'The disk is almost full, so the download of blocks is paused. It continues when there is space again. Free some space, or allow Kith to delete old blocks in the settings.',
  'disk-pruned':
    'The disk was almost full, so old blocks are deleted. Kith keeps[ {size:size}| fewer] of them from now on, as the settings show.',
  'upload-reserve':
    'Most of the upload limit of this month is used. Until[ {date}| the next month] this node sends no old blocks. To send more, raise the limit in the settings.',
  'upload-used-up':
    'The upload limit of this month is used up, so this node has no connections until[ {date}| the next month]. To connect now, raise the limit in the settings.',
  'api-slow-reader': 'The connection was closed because the client read too slowly. Connect again.',
  internal:
    'Something went wrong inside Kith. Try again. If this happens again, report it with the file logs/kith.log of the data directory[ ({reference})].',
  stopping: 'The node is stopping. Start the node again to continue.',

  'block-unknown':
    'This node does not know this block. Check the id or height. The node may also not be synced that far yet.',
  'block-not-stored':
    'The header of this block is known, but its transactions are not stored here (not downloaded yet, or pruned).',
  'transaction-unknown':
    'This node does not know this transaction. Check the id. The transaction may have expired, or the node may not be synced yet.',

  'address-invalid':
    '[“{address}”|This] is not a network address. It should look like /ip4/192.0.2.1/tcp/21474/p2p/12D3….',
  'dial-failed':
    'The connection to[ {address}| that address] failed. Check that a node is running there and that the address is right.',
  'listen-in-use':
    'The address[ {address}] is in use by another program. Choose another port, or stop that program.',
  'listen-failed':
    'The node cannot listen on[ {address}| that address]. Check that this computer has that address and may use that port.',
  'identity-unusable':
    'The identity file[ {file}] of this node cannot be read or written. Check its permissions, or rename it to get a new peer id.',
  'peer-unknown': 'This peer is not connected. It may have disconnected already.',
  'peer-gone': 'The peer disconnected before it answered. The node asks another peer automatically.',
  'peer-busy': 'The peer has too many requests to answer. The node asks another peer automatically.',
  'peer-timeout': 'The peer did not answer in time. The node asks another peer automatically.',
  'peer-unsupported':
    'The peer has a version that does not support this request. The node asks another peer automatically.',
  'peer-self': 'This is the address of this node. Use the address of another node.',
  'peer-id-shared':
    'Another running node has the same peer id as this one, so other nodes treat the two as one. One of the two data directories is probably a copy. Stop one of the nodes, delete the file identity.key in its data directory, and start it again; use each wallet in only one of them.',
  'peer-other-network':
    'The peer belongs to another network, so it cannot be a peer. Check the address and the network.',
  'peer-version': 'The peer uses a protocol version that this software does not know. Check for an update.',
  'peer-banned': 'This peer is banned on this node. Unban it first.',
  'peers-damaged':
    'The peer database was corrupt. It was renamed and is being rebuilt. Nothing else is affected. Try again.',
  'peers-unusable':
    'The peer database cannot be read or written[: {reason}]. Known addresses and bans are kept only until the node stops. Check the disk and the permissions of the data directory.',
  'peers-rebuilt':
    'The peer database was corrupt or of a newer version. It was renamed. Known addresses that could not be read are being collected again; bans that could not be read are lost. If this happens again, check the disk.',
  'ban-unknown': 'No ban has that peer id or address. Check the list of bans.',
  'hello-missing':
    'The peer did not complete the handshake in time. It may be overloaded, or not be a Kith node.',
  'stream-lost': 'The connection to a peer was lost. The node uses another peer automatically.',
  'stream-stalled': 'A peer stopped reading or sending. The node uses another peer automatically.',

  'datadir-in-use':
    'The data directory[ {path}] is in use by another Kith[ (process {pid:number})]. Stop that one, or choose another data directory.',
  'datadir-unusable':
    'The data directory[ {path}] cannot be opened or written[: {reason}]. Check its permissions and the disk, or choose another data directory.',
  'datadir-empty': 'There is no chain in[ {path}| that directory]. Check the path of the data directory.',
  'datadir-copied':
    'This data directory is a copy of[ {original}| another one], which still exists. This node now has a peer id of its own, so that both can run. Both contain the same wallets: use each wallet in only one of them, or both give out the same receiving addresses.',
  'datadir-relocated':
    'This data directory was copied or restored[ from {original}]. If the original is still in use, on this computer or another, stop one of the two: both have the same peer id and the same wallets. To give this one a peer id of its own, stop it, delete its file identity.key, and start it again.',
  'datadir-gone':
    'The data directory[ {path}] was moved or deleted while the node is running, so new data may be lost. Stop the node, move the directory back, and start the node again.',
  'datadir-unknown':
    'The default data directory is not known, because this user has no home folder. Choose a data directory.',
  'datadir-moved':
    'The data in[ {path}| this directory] was moved[ to {file}], so nothing is opened here any more. Use the data in its new folder. To go back, open Settings in the desktop app.',
  'datadir-left':
    'The data in[ {path}| this directory] is an old copy of data that was moved, and it is not known where to. Use the newer data. If this copy is all that is left, delete the file[ {file}| data-place.json in it], then open it again.',
  'datadir-moving':
    'The data in[ {path}| this directory] is being moved, so no data directory can be created there. Wait until the move has ended, then try again.',
  'datadir-half-copy':
    'The data in[ {path}| this directory] is a part of a copy that was not completed. Use the directory that it was copied from. The next start of the desktop app removes this part.',
  'data-place-invalid':
    'The file[ {file}| with the place of the data directory] cannot be read[: {reason}]. It contains the path of your data. Restore it from a backup, or choose the directory that has your newest data as the data directory.',
  'data-place-missing':
    'The data directory was moved[ to {path}], but this folder cannot be found. If it is on a removable disk, connect that disk and try again.',
  'data-place-silent':
    'The folder[ {path}] does not answer. If it is on a network share, check the connection to the server; if it is on a removable disk, connect that disk again. Then try again.',
  'move-inside':
    'The data directory cannot be moved[ to {path}], because one of the two folders is inside the other. Choose a folder elsewhere.',
  'move-same-place': 'The data directory is in[ {path}| this folder] already. Choose another folder.',
  'move-not-empty':
    'The folder[ {path}] is not empty. Choose an empty folder, or create a new one in the dialog.',
  'move-no-room':
    'The disk[ of {path}] has too little space[: {free:size} are free, and {needed:size} are needed]. Free some space, or choose another disk. The data stays where it was.',
  'move-read-only':
    'Nothing can be written to the folder[ {path}][: {reason}]. Choose a folder that you may write to.',
  'move-not-private':
    'Other users of this computer can read or change what is in the folder[ {path}][, because of the owner or the permissions of {folder}]. Choose a folder that belongs to you, below folders that only you or the system can change.',
  'move-other-home':
    'The data in[ {path}| this folder] was moved there from[ {file}| another data directory]. Start Kith with that data directory to move the data again.',
  'move-not-that':
    'The folder[ {path}] does not contain the data directory that was moved. Choose the folder that has its file data-place.json.',
  'move-place-gone':
    'The folder[ {path}] cannot be found. If it is on a removable disk, connect that disk and try again. The data stays where it was.',
  'move-link':
    'There is a symbolic link or a special file[: {file}]. Kith moves only plain files and folders. Replace the link by what it names, then try again.',
  'move-unverified':
    'A file was not the same when it was read back[: {file}]. The copy was removed, and the data stays where it was. Check that disk, or choose another one.',
  'move-failed':
    'The data directory could not be moved[: {reason}]. The data stays where it was. Check both disks, then try again.',
  'move-cancelled': 'The move of the data directory was cancelled. The data stays where it was.',
  'move-busy': 'The data directory is being moved. Wait until that has ended, or cancel it.',
  'move-old-kept':
    'The old copy of the data directory[ in {path}] still exists. Delete it first, then move the data again.',
  'move-no-old': 'There is no old copy of the data directory that can be used.',
  'disk-full': 'The disk is full. Nothing is lost. Free some space and try again.',
  'disk-read-only':
    'The disk[ of {path}] is mounted read-only, so nothing can be stored on it. Make it writable, or use another disk.',
  'files-exhausted':
    'The operating system allows no more open files. Nothing is lost. Close other programs or raise the limit of open files, then start Kith again.',
  'storage-unusable':
    'The stored chain in[ {directory}| the data directory] cannot be opened. Check the disk and the permissions.',
  'storage-damaged':
    'The chain database is corrupt. The node restarts and rebuilds it from the stored blocks. Nothing is lost. If this happens again, check the disk.',
  'chain-rebuilt':
    'The chain database was corrupt. It was renamed and rebuilt from the stored blocks. Nothing is lost. If this happens again, check the disk.',
  'storage-schema':
    'The data directory was written by a newer version of Kith. Update Kith, or choose another directory.',
  'storage-other-network':
    'The data directory belongs to another network. Choose another directory, or start that network.',
  'reorg-below-snapshot':
    'A chain with more work does not contain the UTXO set that this node started from. The node syncs again from that chain. Do not trust balances until it is synced.',
  'snapshot-unproven':
    'The UTXO set that this node started from is not confirmed by enough independent nodes yet. Wait until three of them are connected, or until this node has checked the blocks before the snapshot. Then send again.',
  'snapshot-mismatch':
    'The UTXO set that this node started from does not match the chain. Payments are blocked. The node must sync again from the first block.',
  'clock-wrong':
    '{detail|The clock of this computer is wrong. Turn on automatic date and time, or set the clock, then try again}.',
  'queue-full': 'The node is too busy at the moment. Try again in a moment.',
  'queue-closed': 'The node is stopping. Start the node again to continue.',
  'worker-failed':
    'A worker thread of the node failed and was restarted. If this happens again, report it with the file logs/kith.log of the data directory.',
  'pow-hash-wrong':
    'Argon2id, the hash of the proof of work, gives a wrong result on this computer. The node does not start, because it would follow a wrong chain. Reinstall Kith for this system. If this happens again, report it with the file logs/kith.log of the data directory and the model of the processor.',
  'demo-node-failed':
    'A node of the demo did not start or has stopped. Start the demo again. If this happens again, report it with the file logs/kith.log of the data directory.',
  'node-died':
    'The node stopped unexpectedly and is started again. Your coins are safe. If this happens again, report it with the file logs/kith.log of the data directory.',
  'node-failed':
    'The node stopped because of an unexpected failure. Start the node again. If this happens again, report it with the file logs/kith.log of the data directory.',

  'argument-unknown': '{detail|There is an unknown option}. See “kith[ {command}] --help”.',
  'argument-missing': '{detail|An argument is missing}. See “kith[ {command}] --help”.',
  'argument-invalid': '{detail|An option has an invalid value}. See “kith[ {command}] --help”.',
  'config-unreadable':
    'The config file[ {file}] cannot be read[: {detail}]. Check the path and the permissions.',
  'config-invalid':
    'The config file[ {file}] is not valid[: {detail}]. docs/node-options.md lists every option.',
  'command-unknown': '[“{command}”|That] is not a command of kith. See “kith --help”.',
  'json-invalid':
    'The input is not valid JSON[ ({detail})]. Correct it; in a shell, put it in single quotes.',
  'network-unknown':
    'There is no network[ named “{network}”| of that name]. The built-in networks are main, test, local and regtest. For another network, give the path of its network file.',
  'file-missing': 'There is no file[ {file}]. Check the path.',
  'folder-missing':
    'There is no folder[ {folder}] to write the file into. Create it, or choose another path.',
  'file-exists':
    'The file[ {file}] exists already and is not overwritten. Choose another path, or rename that file.',
  'file-forbidden': 'Access to the file[ {file}] is denied. Check its permissions and those of its folder.',
  'file-unusable': '[{file}|The path] is not a file, or its folder does not exist. Check the path.',
  'chain-file-pruned':
    'The transactions of [{height:block}|some block] are not stored here (pruned), so this node cannot export the chain.',
  'chain-file-invalid':
    'The file is not a chain file, or is corrupt. Blocks before the corrupt part, if any, were imported. Get the file again.',
  'chain-file-incomplete':
    'The chain file is incomplete: it ends after [{height:block}|some block], without the end mark of a chain file. The blocks up to that one were imported. Get the complete file and import it again.',
  'chain-file-other-network':
    'The chain in this file belongs to another network. Choose that network, or another file.',
  'network-not-open':
    'No network is open at the moment. Choose a network first, or wait until it has started.',
  'network-not-known': 'This network is not known here. Open its network file or its join link again.',
  'networks-fixed':
    'Kith was started for this network. To use another network, start Kith without the option that names a network.',
  'networks-busy': 'Another network is being created or checked. Wait until that has ended, or cancel it.',
  'network-charter-invalid':
    'A network cannot be created with these parameters[: {detail}]. Choose other values.',
  'network-file-unreadable': 'The network file[ {file}] cannot be read. Check the path and the permissions.',
  'asmap-unreadable':
    'The ASN map[ {file}] cannot be read. Check the path and the permissions, or start without --asmap.',
  'asmap-invalid':
    'The file[ {file}] is not an ASN map in the format of Bitcoin Core, or is corrupt. Get it again, or start without --asmap.',
  'join-link-invalid':
    'This is not a join link. A join link begins with kith:join? and may span several lines. Copy all of it.',
  'join-unreachable':
    'None of the nodes in the link could be reached. Check the connection, or ask for a newer link.',
  'network-file-invalid':
    'The network file[ {file}] is not valid[: {detail}]. Get the file again from the creator of the network.',
  'network-file-unwritable':
    'The network file[ {file}] cannot be written[: {reason}]. Choose another path; an existing file is never overwritten.',
  'port-in-use':
    'Port[ {port:number}] is in use by another program. Choose another API port (0 takes any free one), or stop that program.',
  'port-unusable':
    'The node cannot listen on port[ {port:number}| that was chosen][: {reason}]. Choose another API port.',
  'token-unusable':
    'The token file[ {file}] cannot be read[: {reason}]. Check that the node is running and that it belongs to the same user.',
  'node-not-running': 'No node is running on[ {where}| that data directory]. Start it with “kith node”.',
  'api-refused':
    'The node[ at {where}] refused the connection. Check the address and the token file. The access token changes with every start of the node.',
  'api-unreachable':
    'No node answers at[ {where}| that address]. Check that the node is running and that the address is right.',
  'api-timeout':
    'The node did not answer within the time given by --for. The request may still be completed: see “kith call operations.list” first. Then try again with more time, or without --for.',
  'api-lost':
    'The connection to the node was lost. The request may have been completed: see “kith call operations.list” before you ask again.',
  'page-missing':
    'The page has not been built yet. Run “npm run build” once; the terminal commands work without it.',
} as const;
