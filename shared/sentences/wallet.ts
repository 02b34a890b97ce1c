/** What can go wrong with addresses, wallets, payments and mining. */

export const WALLET_SENTENCES = {
  'address-malformed': 'This is not an address, or a character of it is wrong. Copy the whole address again.',
  'address-other-network':
    'This address belongs to another network[ (it begins with “{hrp}”)]. Ask for an address of the network[ “{network}”| that you are on].',
  'address-unknown-lock':
    'This address is of a kind that cannot be paid yet. Ask for an ordinary address, or look for an update.',

  'wallet-unknown':
    'There is no wallet[ named “{name}”| of that name] here. Check the name, or create the wallet.',
  'wallet-exists': 'There is a wallet[ named “{name}”| of that name] already. Choose another name.',
  'wallet-name-invalid':
    'This cannot be the name of a wallet. Use 1 to 64 letters, digits, spaces, dots, dashes or underscores.',
  'wallet-password': 'The password is wrong. Try again; nothing was changed.',
  'wallet-password-wait': 'Too many wrong passwords. Try again[ in {seconds} seconds| a little later].',
  'wallet-password-long': 'The password is too long. Use at most 1024 characters.',
  'wallet-password-weak': 'The password is too weak. Use a longer one.',
  'wallet-locked': 'The wallet[ “{name}”] is locked. Unlock it with its password first.',
  'wallet-words': 'These are not valid seed words. Check the spelling and the order of all of them.',
  'wallet-words-invalid': 'These are not valid seed words. Check the spelling and the order of all of them.',
  'wallet-words-count': 'A seed has 12 or 24 words[; these are {count}]. Enter all of them.',
  'wallet-word-unknown': '“{word|One of the words}” is not a seed word. Check its spelling.',
  'wallet-words-checksum':
    'These words do not belong together. Check the spelling and the order of all of them.',
  'wallet-file-damaged':
    'The file of this wallet is damaged. Restore the wallet from a copy or from its words; nothing was overwritten.',
  'wallet-file-newer':
    'The file of this wallet was written by a newer version of Kith. Update Kith to open it.',
  'wallet-file-other-network': 'This wallet belongs to another network. Open it there; nothing was changed.',
  'wallet-file-unusable':
    'The wallet file cannot be read or written. Check the disk and the permissions of the data directory.',
  'wallet-unusable':
    'The wallet file cannot be read or written. Check the disk and the permissions of the data directory.',
  'wallet-too-many': 'There are as many wallets open as this node can serve. Close some of them.',
  'wallet-funds':
    'There is not enough to spend[: the payment with its fee needs {needed:kith} KITH, and {available:kith} KITH are available]. Lower the amount, or wait for incoming payments and rewards.',
  'wallet-no-funds': 'There is nothing to spend in this wallet yet.',
  'wallet-dust': 'The amount is too small to be worth spending. Send at least {least:kith|0.0001} KITH.',
  'wallet-amount': 'This amount cannot be paid. Enter more than zero and not more than the wallet holds.',
  'wallet-coin-unknown': 'A chosen coin is not in this wallet or was spent already. Choose the coins again.',
  'wallet-expires': 'The payment cannot expire then[; choose a block from {least} to {most}].',
  'wallet-feerate': 'The fee rate is out of range[; choose {least} to {most} motes per byte].',
  'wallet-too-many-coins':
    'The payment would need more coins than fit in one transaction. Send a smaller amount first.',
  'wallet-draft-unknown': 'This payment was sent already, or too long ago prepared. Prepare it again.',
  'wallet-draft-stale': 'Since this payment was prepared, one of its coins was spent. Prepare it again.',
  'wallet-confirm-in-window':
    'In the desktop app payments are confirmed in a window of the system, not by the page. Use its confirmation dialog.',
  'wallet-send-in-window':
    'In the desktop app payments are prepared first and then confirmed in a window of the system. Use wallet.prepare.',

  'wallet-approve-elsewhere':
    'Only the desktop app can ask with a window of the system. Confirm with the password (wallet.confirm).',
  'wallet-payment-declined': 'The payment was not confirmed. Nothing was sent.',

  'mining-not-here':
    'Blocks can be made at will on the networks regtest and local only. Here, start mining instead.',
  'mining-threads':
    'This computer cannot mine on that many threads. Use at most {most|as many as it has cores}.',
  'mining-failed': 'Mining stopped[: {reason}]. Start it again; if this repeats, look into the log.',
  'mining-stale': 'The chain moved on while the block was being made. Ask for a new one.',
} as const;
