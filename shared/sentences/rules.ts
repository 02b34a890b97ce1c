/** What each broken rule of blocks and transactions means to a person. */

export const RULE_SENTENCES = {
  'codec-truncated': 'The bytes end too early. Check that all of them were copied.',
  'codec-varuint':
    'A number in the bytes is not written in its shortest form. They were damaged, or made by faulty software.',
  'codec-length':
    'A count or length in the bytes is more than may be there. They were damaged, or made by faulty software.',
  'codec-u64':
    'A number in the bytes is larger than any that is allowed. They were damaged, or made by faulty software.',
  'codec-trailing': 'There are more bytes than belong here. Check that only one thing was copied.',
  'codec-order':
    'Entries in the bytes are not in their order. They were damaged, or made by faulty software.',

  'tx-too-large': 'The transaction is larger than 100\u202f000 bytes. Split the payment into smaller ones.',
  'tx-no-outputs': 'The transaction pays nobody. Add a receiver.',
  'tx-no-inputs': 'The transaction spends nothing; only the first of a block may do that.',
  'tx-amount': 'An amount in the transaction is zero or more than may exist. Correct the amount.',
  'tx-output-sum': 'The amounts of the transaction add up to more than may exist. Correct the amounts.',
  'tx-lock-size':
    'A receiver in the transaction is described by more bytes than allowed. Check the addresses.',
  'tx-key-size': 'A receiver in the transaction has a key of the wrong length. Check the addresses.',
  'tx-duplicate-input': 'The transaction spends the same coin twice. Make it again with every coin once.',
  'tx-validity':
    'The transaction expires[ ({expires:block})] before it becomes valid[ ({validFrom:block})]. Make it again.',
  'tx-not-yet-valid':
    'The transaction is not valid yet[, only from {validFrom:block} on]. Send it again later.',
  'tx-expired': 'The transaction expired[ at {expires:block}]. Make the payment again; its coins are free.',
  'tx-witness-count':
    'The transaction does not have exactly one signature for every coin that it spends. Sign it again.',
  'tx-witness-size': 'A signature in the transaction has the wrong length. Sign it again.',
  'tx-signature':
    'A signature in the transaction is not valid. Sign it again with the key that owns the coin, for this network.',
  'tx-value':
    'The transaction pays out more than the coins that it spends hold. Lower the amounts or add coins.',
  'tx-input-sum': 'The coins that the transaction spends add up to more than may exist.',
  'coin-missing':
    'A coin that the transaction spends does not exist or was spent already. Wait until the node is synced, then make the payment again.',
  'coin-immature':
    'The transaction spends a mined reward too early. Wait[ until {matureAt:block}| until it is mature].',
  'lock-policy': 'The transaction uses a kind of lock that has rules which it does not keep.',

  'coinbase-missing': 'The first transaction of the block is not a reward for its miner.',
  'coinbase-witness':
    'The reward transaction of the block does not carry exactly one record field of at most 256 bytes.',
  'coinbase-records': 'The records in the reward transaction of the block are malformed.',
  'coinbase-height': 'The reward transaction of the block names another height than the block.',
  'coinbase-expires': 'The reward transaction of the block has an expiry, which it must not have.',
  'coinbase-amount': 'The miner of the block pays itself more than the reward and the fees.',
  'snapshot-missing': 'The block does not name the UTXO set that it must name.',
  'snapshot-misplaced': 'The block names a UTXO set where it must not.',
  'snapshot-wrong': 'The block names another UTXO set than the one that follows from the chain.',

  'header-height':
    'The block says that it stands at another height than it does[ ({height:block} instead of {expected:block})].',
  'header-bits': 'The difficulty of the block is not the one that the rules give.',
  'header-pow':
    'The proof of work of the block does not reach its difficulty. It was not mined, or was changed afterwards.',
  'header-time-old': 'The time of the block is not later than that of the blocks before it.',
  'header-time-new':
    'The time of the block is too far ahead. If this happens often, check the clock of this computer.',
  'header-orphan':
    'The block before this one is not known here. Send that one first, or wait for the node to sync.',
  'header-on-invalid': 'The block builds on one that breaks a rule.',
  'header-low-work': 'The chain of this block has too little work behind it to be kept.',

  'block-too-large': 'The block is larger than 1\u202f000\u202f000 bytes.',
  'block-empty': 'The block has no transactions, not even the reward for its miner.',
  'block-outputs': 'The block has more than 10\u202f000 outputs.',
  'block-merkle':
    'The transactions of the block are not the ones that its header commits to. Fetch the block again.',
  'block-orphan':
    'The block before this one is not known here. Send that one first, or wait for the node to sync.',
  'block-invalid': 'This block was checked before and breaks a rule.',
  'block-genesis': 'This is not the first block of this network.',

  'policy-known': 'This payment is known already. Nothing needs to be done.',
  'policy-coinbase': 'The reward of a block cannot be sent by itself; it is mined with its block.',
  'policy-version':
    'The transaction has a version[ ({version:number})] that this software does not know. Look for an update.',
  'policy-lock': 'The transaction uses a kind of lock that is not in use yet. Pay to an ordinary address.',
  'policy-dust':
    'The amount[ of {amount:kith}] is too small to be worth spending. Send at least {least:kith|0.0001 KITH}.',
  'policy-feerate':
    'The fee is too low for the payment to be passed on now. Pay more for it[: at least {least:kith}].',
  'policy-orphan': 'The payment spends one that is not known here yet. Send that one first.',
  'policy-ancestors':
    'The payment depends on more than 25 unconfirmed ones. Wait until some of them are mined.',
  'policy-descendants':
    'More than 25 unconfirmed payments depend on the coins that this one spends. Wait until some of them are mined.',
  'policy-expires-soon':
    'The payment, or one that it depends on, expires too soon to be passed on. Make it again with a later expiry[: at least {least:block}].',
  'policy-not-yet-valid':
    'The payment is not valid yet[, only from {validFrom:block} on]. Send it again later.',
  'policy-full': 'The waiting room of payments is full, and others pay more. Raise the fee or wait.',
  'policy-conflict':
    'The payment spends a coin that another waiting payment spends already. Wait until that one is mined or expires, or replace it with a higher fee.',
  'policy-replacement-fee':
    'To replace the waiting payment, the fee must be higher[: at least {least:kith}]. Raise the fee.',
  'policy-replacement-count':
    'Replacing this payment would remove more than {most:count|100} others. Wait until some of them are mined.',
} as const;
