/** A sentence for each rule of blocks and transactions. */

export const RULE_SENTENCES = {
  'codec-truncated': 'The bytes end too early. Check that all of them were copied.',
  'codec-varuint':
    'A number in the bytes is not written in its shortest form. They are corrupt, or come from faulty software.',
  'codec-length':
    'A count or length in the bytes is above its limit. They are corrupt, or come from faulty software.',
  'codec-u64':
    'A number in the bytes is larger than allowed. They are corrupt, or come from faulty software.',
  'codec-trailing': 'There are extra bytes at the end. Check that nothing else was copied.',
  'codec-order':
    'Entries in the bytes are in the wrong order. They are corrupt, or come from faulty software.',

  'tx-too-large': 'The transaction is larger than 100\u202f000 bytes. Split the payment into smaller ones.',
  'tx-no-outputs': 'The transaction has no outputs. Add a receiver.',
  'tx-no-inputs': 'The transaction has no inputs; only the first transaction of a block may have none.',
  'tx-amount': 'An amount in the transaction is zero or more than may exist. Correct the amount.',
  'tx-output-sum': 'The amounts of the transaction add up to more than may exist. Correct the amounts.',
  'tx-lock-size':
    'A receiver in the transaction is described by more bytes than allowed. Check the addresses.',
  'tx-key-size': 'A receiver in the transaction has a key of the wrong length. Check the addresses.',
  'tx-duplicate-input': 'The transaction spends the same coin twice. Create it again with every coin once.',
  'tx-validity':
    'The transaction expires[ ({expires:block})] before it becomes valid[ ({validFrom:block})]. Create it again.',
  'tx-not-yet-valid':
    'The transaction is not valid yet[, only from {validFrom:block} on]. Send it again later.',
  'tx-expired':
    'The transaction expired[ at {expires:block}]. Create the payment again; its coins are available.',
  'tx-witness-count':
    'The transaction does not have exactly one signature for every coin that it spends. Sign it again.',
  'tx-witness-size': 'A signature in the transaction has the wrong length. Sign it again.',
  'tx-signature':
    'A signature in the transaction is not valid. Sign it again with the key that owns the coin, for this network.',
  'tx-value':
    'The transaction pays out more than the coins that it spends hold. Lower the amounts or add coins.',
  'tx-input-sum': 'The coins that the transaction spends add up to more than may exist.',
  'coin-missing':
    'A coin that the transaction spends does not exist or was spent already. Wait until the node is synced, then create the payment again.',
  'coin-immature':
    'The transaction spends a mined reward too early. Wait[ until {matureAt:block}| until it is mature].',
  'lock-policy': 'The transaction does not satisfy the policy lock of a coin that it spends.',

  'coinbase-missing': 'The first transaction of the block is not a coinbase.',
  'coinbase-witness':
    'The reward transaction of the block does not carry exactly one record field of at most 256 bytes.',
  'coinbase-records': 'The records in the reward transaction of the block are malformed.',
  'coinbase-height': 'The reward transaction of the block names another height than the block.',
  'coinbase-expires': 'The reward transaction of the block has an expiry, which it must not have.',
  'coinbase-amount': 'The miner of the block pays itself more than the reward and the fees.',
  'snapshot-missing': 'The block lacks the UTXO set commitment that it must contain.',
  'snapshot-misplaced': 'The block contains a UTXO set commitment at a height without one.',
  'snapshot-wrong': 'The UTXO set commitment of the block does not match the chain.',

  'header-height':
    'The header of the block has the wrong height[ ({height:block} instead of {expected:block})].',
  'header-bits': 'The difficulty of the block is not the required one.',
  'header-pow':
    'The proof of work of the block does not reach its difficulty. It was not mined, or was changed after it was mined.',
  'header-time-old': 'The time of the block is not later than that of the blocks before it.',
  'header-time-new':
    'The time of the block is too far ahead. If this happens often, check the clock of this computer.',
  'header-orphan':
    'The block before this one is not known here. Send that one first, or wait for the node to sync.',
  'header-on-invalid': 'The block builds on one that breaks a rule.',
  'header-low-work': 'The chain of this block has less than the minimum chain work.',

  'block-too-large': 'The block is larger than 1\u202f000\u202f000 bytes.',
  'block-empty': 'The block has no transactions, not even the reward for its miner.',
  'block-outputs': 'The block has more than 10\u202f000 outputs.',
  'block-merkle':
    'The transactions of the block are not the ones that its header commits to. Fetch the block again.',
  'block-orphan':
    'The block before this one is not known here. Send that one first, or wait for the node to sync.',
  'block-invalid': 'This block was checked before and breaks a rule.',
  'block-genesis': 'This is not the first block of this network.',

  'policy-known': 'This payment is already known. No action is needed.',
  'policy-coinbase': 'The reward of a block cannot be sent by itself; it is mined with its block.',
  'policy-version':
    'The transaction has a version[ ({version:number})] that this software does not know. Look for an update.',
  'policy-lock': 'The transaction uses a kind of lock that is not active yet. Pay to an ordinary address.',
  'policy-dust':
    'The amount[ of {amount:kith}] is too small to be worth spending. Send at least {least:kith|0.0001 KITH}.',
  'policy-feerate': 'The fee is below the minimum that nodes relay now. Raise it[: at least {least:kith}].',
  'policy-orphan': 'The payment spends one that is not known here yet. Send that one first.',
  'policy-ancestors':
    'The payment depends on more than 25 unconfirmed ones. Wait until some of them are mined.',
  'policy-descendants':
    'More than 25 unconfirmed payments depend on the coins that this one spends. Wait until some of them are mined.',
  'policy-expires-soon':
    'The payment, or one that it depends on, expires too soon to be relayed. Create it again with a later expiry[: at least {least:block}].',
  'policy-not-yet-valid':
    'The payment is not valid yet[, only from {validFrom:block} on]. Send it again later.',
  'policy-full': 'The mempool is full of transactions with higher fee rates. Raise the fee or wait.',
  'policy-conflict':
    'The payment spends a coin that another pending payment spends already. Wait until that one is mined or expires, or replace it with a higher fee.',
  'policy-replacement-fee':
    'To replace the pending payment, the fee must be higher[: at least {least:kith}]. Raise the fee.',
  'policy-replacement-count':
    'Replacing this payment would remove more than {most:count|100} others. Wait until some of them are mined.',
} as const;
