/** Messages about addresses, wallets, payments and mining. */

export const WALLET_SENTENCES = {
  'address-malformed': 'This is not an address, or a character of it is wrong. Copy the whole address again.',
  'address-other-network':
    'This address belongs to another network[ (it begins with “{hrp}”)]. Ask for an address of the network[ “{network}”| that you are on].',
  'address-unknown-lock':
    'This version of Kith cannot pay to this type of address. Update Kith, or ask the receiver for another address.',

  'link-malformed': 'This is not a payment link, or a part of it is missing. Copy the whole link again.',
  'link-amount': 'The amount in this link cannot be paid. Ask for a new link.',
  'link-label': 'The label in this link is longer than 200 characters. Ask for a new link.',
  'link-requires': 'This link needs a feature that this version does not have. Check for an update.',
  'link-other': 'This is a join link, not a payment link. Use it to join a network.',

  'wallet-unknown':
    'There is no wallet[ named “{name}”| of that name] here. Check the name, or create the wallet.',
  'wallet-exists': 'There is a wallet[ named “{name}”| of that name] already. Choose another name.',
  'wallet-name-invalid':
    'This cannot be the name of a wallet. Use 1 to 64 letters, digits, spaces, dots, dashes, underscores or apostrophes, and begin with a letter or digit.',
  'wallet-password': 'The password is wrong. Nothing was changed. Try again.',
  'wallet-password-wait': 'Too many wrong passwords. Try again[ in {seconds:seconds}| in a minute].',
  'wallet-password-long':
    'The password is too long[: it takes {bytes:bytes}, and {most:bytes} fit]. Plain letters, digits and signs take 1 byte each, other characters 2 to 4 or more. Use a shorter one.',
  'wallet-locked': 'The wallet[ “{name}”] is locked. Unlock it with its password first.',
  'wallet-payment-unsent':
    'This node did not send that payment since it was started, so it does not know which peers have it.',
  'wallet-search-none': 'The wallet[ “{name}”] does not search the blockchain now.',
  'wallet-search-reading':
    'The wallet reads the blockchain[ from block {height:count} on, because it lacked a payment there]. Before it has, its balance is not complete. Wait until then.',
  'wallet-search-ahead':
    'The blockchain has no such block yet[: it ends at block {tip:count}]. Enter a lower number.',
  'wallet-words-count':
    'A recovery phrase has 12 or 24 words[, and these are {count:count} words]. Enter all of them.',
  'wallet-word-unknown':
    '{word|One of the words} is not in the word list of recovery phrases. Check its spelling.',
  'wallet-words-checksum':
    'These words are not a valid recovery phrase. Check the spelling and the order of all words.',
  'wallet-file-damaged':
    'The file of this wallet is corrupt. Nothing was overwritten. Restore the wallet from a copy or from its recovery phrase.',
  'wallet-seal-wrong':
    'The encrypted wallet could not be opened again, so the wallet stays as it was. The memory of this computer may be faulty; restart it and check its memory.',
  'wallet-file-newer':
    'The file of this wallet was written by a newer version of Kith. Update Kith to open it.',
  'wallet-file-other-network':
    'This wallet belongs to another network. Nothing was changed. Open the wallet there.',
  'wallet-file-unusable':
    'The wallet file cannot be read or written. Check the disk and the permissions of the data directory.',
  'wallet-file-copy':
    'The wallet “{name|}” is a copy of “{other|another one here}”. Nothing was changed. Remove one of the two files.',
  'wallet-keys-known':
    'The wallet[ “{other}”| that is being restored] has the same recovery phrase. A second wallet would show the same coins and give out the same addresses. Use the existing wallet.',
  'wallet-keys-twice':
    'The wallets “{name|}” and “{other|another one here}” have the same recovery phrase: they show the same coins and give out the same addresses. Use only one of them, and move the file of the other out of the folder “wallets”.',
  'wallet-data-unusable':
    'The wallet database cannot be read or written[: {reason}]. The wallet files are not affected. Check the disk and the permissions of the data directory.',
  'wallet-data-newer':
    'The wallet database was written by a newer version of Kith. The wallet files are not affected. Update Kith.',
  'wallet-data-damaged':
    'The wallet database was corrupt and is being rebuilt from the blockchain. The wallet files are not affected. Try again when the wallet has caught up.',
  'wallet-data-rebuilding':
    'The wallet database was corrupt. It was renamed and is being rebuilt from the blockchain[: {height:block} of {of:count}]. Until then balances and history are incomplete.',
  'wallet-data-rebuilt':
    'The wallet database was corrupt. It was renamed and has been rebuilt from the blockchain. If this happens again, check the disk.',
  'wallet-keys-short':
    'The wallet[ “{name}”] may be missing payments: it has used most of the addresses that it can check while it is locked. Unlock it once to check the rest.',
  'wallet-file-recovered':
    'The file of the wallet[ “{name}”] was corrupt, and an earlier version is used. The last changes, such as a label, may be missing. If this happens again, check the disk.',
  'wallet-file-older':
    'The file of the wallet[ “{name}”] was replaced by an older version. The newest version is used, and the older one is kept beside it. To go back on purpose, restore a backup file instead.',
  'wallet-backup-missing':
    'The wallet[ “{name}”] has no verified backup file that opens with its password. Nothing was deleted. Back it up first, or enter its recovery phrase.',
  'wallet-export-changed':
    'The blockchain was reorganised while the payments were exported, so the file is incomplete. Export them again.',
  'wallet-dice-invalid': 'Rolls of a die are digits from 1 to 6, at most 1000. Remove all other characters.',
  'wallet-dice-few':
    'There are too few rolls[: {count:count} of {least:count}]. Enter more rolls, or choose a shorter phrase.',
  'wallet-dice-regular':
    'These rolls are too regular for a die, so the recovery phrase could be guessed. Roll a die that is fair, and enter each roll.',
  'wallet-words-other':
    'These words and this passphrase do not belong to this wallet[, “{name}”]. Nothing was deleted. Check the words, and the passphrase if there is one.',
  'wallet-passphrase-long':
    'The passphrase is too long[; at most {most:bytes} fit]. Use the one that was chosen for the recovery phrase.',
  'wallet-reading':
    'The wallet[ “{name}”] is still scanning the blockchain[, at block {height:block}]. Try again when it has caught up.',
  'wallet-address-gap':
    'There is no new address yet[: {most:count} addresses in a row have no payment with {blocks:count} confirmations]. Use the newest address. The limit makes sure that a restore from the recovery phrase finds every payment.',
  'wallet-address-unknown': 'This address does not belong to the wallet[ “{name}”]. Choose one of its own.',
  'wallet-label':
    'This label cannot be stored. A label has at most 200 characters and belongs to a payment or an address.',
  'wallet-labels-full': 'The wallet has the maximum number of labels[ ({most:count} labels)]. Remove some.',
  'batch-empty': 'The table has no rows. Paste one payment per line: the address, the amount and a label.',
  'batch-too-many':
    'The table has too many rows[: {count:count} rows, and a payment has at most {most:count} receivers]. Split it.',
  'batch-quote':
    'A quotation mark is not closed[: the row begins in line {line:number}]. Close it, or remove the mark.',
  'batch-columns':
    'The row has more cells than the table has columns. Put text with separators in quotation marks.',
  'batch-label-number':
    'The label is a number, which may be the decimals of the amount. Separate the cells with semicolons, or name the columns in the first row.',
  'batch-no-receiver': 'The receiver is missing. Enter an address, a payment link or the name of a contact.',
  'batch-amount':
    'The amount is not a number above zero with at most eight decimals. Write it as in 12.5 or 12,5.',
  'batch-amount-ambiguous':
    'The amount has two readings, with decimals or with thousands. Write decimals with a zero behind them, as in 1.2340 or 1,2340, and thousands without a separator, as in 1234.',
  'batch-amount-differs':
    'The amount differs from the one in the payment link[, which is {asked:kith}]. Correct one of them, or leave the amount empty.',
  'batch-duplicate': 'The address is already in line {line:number|an earlier line}. It is paid twice.',
  'batch-own': 'The address belongs to a wallet of this node.',
  'wallet-frozen-full':
    'The wallet has the maximum number of frozen coins[ ({most:count} coins)]. Unfreeze some.',
  'wallet-requests-full':
    'The wallet has the maximum number of payment requests[ ({most:count} requests)]. Remove some.',
  'wallet-too-many':
    'This node has the maximum number of wallets[ ({most:count} wallets)]. Move the files of some wallets out of the folder “wallets”.',
  'wallet-funds':
    'There is not enough to spend[: the payment with its fee needs {needed:kith}, and {available:kith} are available]. Lower the amount, or wait for incoming payments and rewards.',
  'wallet-funds-frozen':
    'All coins that could be spent are frozen[: {amount:kith}]. Unfreeze some in the list of coins.',
  'wallet-funds-waiting':
    'All coins of this wallet are pending[: about {amount:kith} can be spent after the next block]. Wait for the next block, then send again.',
  'wallet-funds-incoming':
    'The payments to this wallet are not in a block yet[: {amount:kith} can be spent after that]. Wait for the next block, then send again.',
  'wallet-funds-immature':
    'All coins of this wallet are mined rewards that are still immature[: {amount:kith}, the first of them available from block {matureAt:block} on]. Wait until the first of them is mature.',
  'wallet-no-funds': 'There is nothing to spend in this wallet yet.',
  'wallet-dust': 'The amount is too small to be worth spending. Send at least {least:kith|0.0001 KITH}.',
  'wallet-amount': 'This amount cannot be paid. Enter more than zero and not more than the wallet holds.',
  'wallet-coin-unknown': 'A chosen coin is not in this wallet or was spent already. Choose the coins again.',
  'wallet-coin-frozen':
    'A chosen coin[ of {amount:kith}] is frozen. Unfreeze it first, or choose other coins.',
  'wallet-coins-few':
    'There is nothing to combine: fewer than two coins are worth spending at this fee rate. Choose more coins, or wait until fees are lower.',
  'wallet-coin-waiting':
    'A chosen coin[ of {amount:kith}] cannot be spent yet. It is immature or pending. Choose other coins, or try again after the next block.',
  'wallet-expires': 'The expiry is out of range[; choose a height from {least:block} to {most:block}].',
  'wallet-feerate': 'The fee rate is out of range[; choose {least:rate} to {most:rate}].',
  'wallet-too-many-coins':
    'The payment would need more coins than one transaction can spend[: at most {most:kith} fit]. Send that much first, and the rest in a second payment.',
  'wallet-too-many-selected':
    'The selected coins do not fit into one transaction[: {most:count} of them do]. Select fewer.',
  'wallet-not-pending':
    'Only a pending payment can be made faster or cancelled. This one is in a block already, or it can no longer be mined.',
  'wallet-not-own':
    'Only the sender can replace this payment. You can make it faster with a payment that spends it.',
  'wallet-not-incoming':
    'Its coins are spent already, or the payment is not in the mempool. Wait for the next block.',
  'wallet-replace-spent':
    'A later payment spends the change of this one. Speed up or cancel that payment first.',
  'wallet-replace-funds':
    'There is not enough for the higher fee[: the payment with it needs {needed:kith}, and {available:kith} are available]. Choose a lower fee, or wait for incoming payments and rewards.',
  'wallet-draft-unknown':
    'This payment can no longer be sent: it was sent already, or it was prepared too long ago. Look for it in the list of payments. If it is not there, prepare the payment again.',
  'wallet-draft-stale':
    'Since this payment was prepared, one of its coins was spent. Prepare the payment again.',
  'wallet-confirm-in-window':
    'In the desktop app, only the confirmation dialog can confirm a payment. Confirm the payment there.',
  'wallet-send-in-window':
    'In the desktop app, a payment is prepared first and then confirmed in a dialog. Prepare the payment first.',

  'wallet-approve-elsewhere':
    'Only the desktop app can show the confirmation dialog. Confirm the payment with the password.',
  'wallet-payment-declined': 'The payment was not approved in the dialog. Nothing was sent.',

  'wallet-watch-only':
    'The wallet[ “{name}”] is watch-only: it has public keys alone, and cannot sign. Prepare the payment as a file, and sign it with the wallet that has the recovery phrase.',
  'wallet-watch-short':
    'The watch-only wallet[ “{name}”] may be missing payments: it has used most of its public keys. Export the public keys again from the wallet that has the recovery phrase, and add them here.',
  'wallet-keys-end':
    'The watch-only wallet[ “{name}”] has no further public key for a new address. Export the public keys again from the wallet that has the recovery phrase, and add them here. A wallet that watches a list of addresses has only those.',

  'keys-file-malformed':
    'These are not the public keys of a wallet, or a part of them is missing. Export them again and choose the whole file.',
  'keys-file-newer': 'These public keys were exported by a newer version of Kith. Update Kith to use them.',
  'keys-file-network':
    'These public keys belong to another network. Open that network, or export the right wallet.',
  'keys-file-none':
    'This wallet watches a list of addresses and has no public keys to export. Export them from the wallet that has the recovery phrase.',
  'keys-file-other':
    'These are not more public keys of this wallet. Export them from the wallet that this one watches.',
  'keys-file-not-watch':
    'The wallet[ “{name}”] does not watch exported public keys, so none can be added. Choose a watch-only wallet that was made from them.',

  'payment-file-malformed':
    'This is not a payment file of Kith, or a part of it is missing. Transfer the whole file again.',
  'payment-file-newer': 'This payment was prepared by a newer version of Kith. Update Kith to use it.',
  'payment-file-network':
    'This payment belongs to another network. Nothing was signed or sent. Open that network.',
  'payment-file-foreign':
    'This payment spends coins of another wallet. Nothing was signed or sent. Choose the wallet that has the coins.',
  'payment-file-change':
    'This payment calls an output change that does not go back to this wallet. Nothing was signed. Do not trust the computer that prepared it.',
  'payment-file-signature':
    'A signature does not fit this payment: its coins, amounts or receivers were changed after it was signed. Nothing was signed or sent. Prepare the payment again.',
  'payment-file-unsigned':
    'Signatures are missing[ for {missing:count} of its coins]. Nothing was sent. Sign the payment first.',
  'payment-file-expired':
    'This payment has expired[: it could be in blocks up to {expires:block}]. Nothing was signed or sent. Prepare it again.',
  'payment-file-spent':
    'A coin of this payment was spent in the meantime, or does not exist any more. Nothing was sent. Prepare the payment again.',
  'payment-file-different': 'These files are different payments. Combine only files of the same payment.',
  'wallet-shared-sign':
    'The payment of the wallet[ “{name}”] needs the signatures of other people too. Prepare it as a file, and let them sign it.',
  'wallet-funds-locked':
    'The coins of this wallet are locked[: {amount:kith}, until {from:block}]. Wait until then.',
  'wallet-setup-changed':
    'The set-up of the wallet[ “{name}”] was changed outside of Kith. Nothing was signed. Restore the wallet from its recovery phrase and its set-up file.',
  'wallet-setup-end':
    'The wallet[ “{name}”] has given out all addresses that its set-up has. Set up a new one, and move the coins there.',
  'setup-inactive':
    'The rule of the network that protects such wallets is not active yet, so any person could take the coins. Health shows when miners activate “policy-lock”.',
  'setup-used':
    'The wallet[ “{name}”] has payments or a set-up already. Create a further account for the set-up.',
  'setup-addresses':
    'Addresses of the wallet[ “{name}”] were given out already. With a set-up it would not see payments to them. Create a further account for the set-up.',
  'setup-people':
    'The set-up does not fit: it needs the public keys of 2 to 7 different people, and at least as many of them as must sign. Choose the files of the other people only.',
  'setup-keys-few':
    'The public keys of a person are too few[: a set-up needs at least {least:count} for receiving and as many for change]. Let each person export the public keys again, and use the new files.',
  'setup-height': 'The height is out of range[; choose one from {least:block} to {most:block}].',
  'setup-unsynced':
    'This node has not caught up with the network or has no peer, so the lock could end too early. Try again when it is synced.',
  'setup-account':
    'The set-up names[ account {other:count} for] your keys[, which are those of account {account:count}], so that you could not restore the wallet from it. The file was changed on the way. Ask for it again.',
  'setup-foreign':
    'The keys of this wallet are not in the set-up. Choose the wallet whose public keys you gave for it.',
  'setup-none':
    'The wallet[ “{name}”] has no set-up to export. Choose a shared, savings or inheritance wallet.',
  'setup-file-malformed':
    'This is not a set-up file of Kith, or a part of it is missing. Transfer the whole file again.',
  'setup-file-newer': 'This set-up was created by a newer version of Kith. Update Kith to use it.',
  'setup-file-network': 'This set-up belongs to another network. Open that network.',
  'wallet-sign-in-window':
    'In the desktop app, only the confirmation dialog can confirm a signature. Confirm it there.',
  'wallet-signing-declined': 'The payment was not approved in the dialog. Nothing was signed.',

  'wallet-request-unknown': 'This payment request was deleted. Create a new one.',

  'proof-malformed': 'This is not a payment proof, or a part of it is missing. Copy the whole proof again.',
  'proof-damaged': 'A character of this proof is wrong or missing. Copy the whole proof again.',
  'proof-newer': 'This proof was made by a newer version of Kith. Update Kith to check it.',
  'proof-other-network':
    'This proof is for a payment on another network. Check it with a node of that network.',
  'proof-invalid':
    'This proof is not valid: a signature does not match, or the payment does not pay the receiver. It proves nothing.',
  'proof-other-witness':
    'This proof has other signatures than the payment that your node knows, so its author did not sign that payment. It proves nothing.',
  'proof-payment-unknown': 'The wallet[ “{name}”] has no such payment. Choose one of its payments.',
  'wallet-setup-proof':
    'The addresses of the wallet[ “{name}”] belong to its set-up and not to one key, so it can neither sign messages nor prove payments. Choose another wallet.',
  'proof-not-own':
    'This payment spends coins of other wallets, so that this wallet cannot prove it alone. Choose a payment that you sent.',
  'proof-receiver': 'The payment does not pay this address, or it has several receivers. Choose one of them.',
  'proof-challenge': 'The challenge cannot be used. Enter 1 to 200 characters that the verifier chose.',

  'contact-unknown': 'This contact was removed. Choose another one, or add it again.',
  'contact-name':
    'This cannot be the name of a contact. A name has 1 to 100 characters, and is not an address or a payment link.',
  'contact-name-taken':
    'There is a contact[ named “{name}”| of that name] already. Change that one, or choose another name.',
  'contact-name-lookalike':
    'The name looks like that of another contact[, “{other}”], so that the two could be mistaken. Choose a name that differs more.',
  'contact-address-taken':
    'The address[ {address}] belongs to another contact[, “{other}”], or stands here twice. Remove it from one of the two.',
  'contact-address-lookalike':
    'The address[ {address}] begins and ends like an address of a contact[, “{other}”], and is a different one. Such addresses are used to mislead: compare every character.',
  'contact-given':
    'The address[ {address}] does not belong to a wallet of this node. Choose one of your own receiving addresses.',
  'contacts-full': 'There is the maximum number of contacts[: {most:count}]. Remove some.',
  'contacts-file-newer':
    'The contacts were written by a newer version of Kith. Nothing was changed. Update Kith to see them.',
  'contacts-file-other-network':
    'The file of the contacts belongs to another network. Nothing was changed. Move it out of the data directory[: {file}].',
  'contacts-file-unusable':
    'The file of the contacts cannot be read or written[: {reason}]. Check the disk and the permissions of the data directory.',
  'contacts-previous':
    'The file of the contacts was corrupt or missing, so its previous version is used. Check whether your last change is there[. What is left of the file is kept: {file}].',
  'contacts-damaged':
    'The file of the contacts cannot be read, and neither can its previous version, so the list of contacts is empty. What is left is kept[: {file}]. Restore the file from a backup, or add the contacts again.',

  'mining-not-here':
    'Blocks can be generated on the networks regtest and local only. On this network, start mining instead.',
  'mining-failed': 'Mining stopped[: {reason}]. Start mining again. If this happens again, look at the log.',
  'mining-stopped': 'Mining was stopped before all blocks were found. Start mining again to continue.',
} as const;
