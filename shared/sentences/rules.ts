/** Messages for the rules of blocks and transactions. */

export const RULE_SENTENCES = {
  'codec-truncated': 'The block or transaction is incomplete. Check that you copied all of it.',
  'codec-varuint':
    'The block or transaction cannot be decoded: a number is not in its shortest form. Get the data again, or report this to the developer of the program that created it.',
  'codec-length':
    'The block or transaction cannot be decoded: a count or length is above its limit. Get the data again, or report this to the developer of the program that created it.',
  'codec-u64':
    'The block or transaction cannot be decoded: a number is larger than allowed. Get the data again, or report this to the developer of the program that created it.',
  'codec-trailing':
    'There are extra bytes after the block or transaction. Check that you copied nothing else.',
  'codec-order':
    'The block or transaction cannot be decoded: its entries are in the wrong order. Get the data again, or report this to the developer of the program that created it.',

  'tx-too-large': 'The transaction is larger than 100\u202f000 bytes. Split the payment into smaller ones.',
  'tx-no-outputs': 'The transaction has no outputs. Add a receiver.',
  'tx-no-inputs': 'The transaction has no inputs; only the first transaction of a block may have none.',
  'tx-amount': 'An amount in the transaction is zero or above the maximum supply. Correct the amount.',
  'tx-output-sum':
    'The sum of the outputs of the transaction is above the maximum supply. Correct the amounts.',
  'tx-lock-size': 'A lock in the transaction is longer than allowed. Check the addresses.',
  'tx-key-size': 'A receiver in the transaction has a key of the wrong length. Check the addresses.',
  'tx-duplicate-input':
    'The transaction spends the same coin twice. Create the transaction again with every coin once.',
  'tx-validity':
    'The transaction expires[ ({expires:block})] before it becomes valid[ ({validFrom:block})]. Create the transaction again.',
  'tx-not-yet-valid':
    'The transaction is not valid yet[, only from {validFrom:block} on]. Send the transaction again then.',
  'tx-expired':
    'The transaction expired[ at {expires:block}]. Create the payment again; its coins are available.',
  'tx-witness-count':
    'The transaction does not have exactly one signature for every coin that it spends. Sign the transaction again.',
  'tx-witness-size': 'A signature in the transaction has the wrong length. Sign the transaction again.',
  'tx-signature':
    'A signature in the transaction is not valid. Sign the transaction again, with the key of each coin and the id of this network.',
  'tx-value':
    'The transaction pays more than the value of the coins that it spends. Lower the amounts or add coins.',
  'tx-input-sum': 'The sum of the coins that the transaction spends is above the maximum supply.',
  'coin-missing':
    'A coin that the transaction spends does not exist or was spent already. Wait until the node is synced, then create the payment again.',
  'coin-immature':
    'The transaction spends a mined reward too early. Wait[ until {matureAt:block}| until it is mature].',
  'lock-policy': 'The transaction does not satisfy the policy lock of a coin that it spends.',

  'coinbase-missing': 'The first transaction of the block is not a coinbase.',
  'coinbase-witness':
    'The coinbase of the block does not have exactly one witness item of at most 256 bytes.',
  'coinbase-records': 'The records in the coinbase of the block are malformed.',
  'coinbase-height': 'The coinbase of the block has a different height than the block.',
  'coinbase-expires': 'The coinbase of the block has an expiry, which is not allowed.',
  'coinbase-amount': 'The miner of the block pays itself more than the reward and the fees.',
  'snapshot-missing': 'The block has no UTXO set commitment, but must have one at its height.',
  'snapshot-misplaced': 'The block has a UTXO set commitment, but must not have one at its height.',
  'snapshot-wrong': 'The UTXO set commitment of the block does not match the chain.',

  'header-height':
    'The header of the block has the wrong height[ ({height:block} instead of {expected:block})].',
  'header-bits': 'The block does not have the required difficulty.',
  'header-pow':
    'The proof of work of the block does not meet its difficulty. The block was not mined, or was changed after it was mined.',
  'header-time-old': 'The time of the block is not later than the median time of the blocks before it.',
  'header-time-new':
    'The time of the block is too far in the future. If this happens often, check the clock of this computer.',
  'header-orphan':
    'This node does not know the previous block. Send that block first, or wait until the node is synced.',
  'header-on-invalid': 'The block builds on an invalid block.',
  'header-low-work': 'The chain of this block has less than the minimum chain work.',

  'block-too-large': 'The block is larger than 1\u202f000\u202f000 bytes.',
  'block-empty': 'The block has no transactions, not even a coinbase.',
  'block-outputs': 'The block has more than 10\u202f000 outputs.',
  'block-merkle':
    'The transactions of the block are not the ones that its header commits to. Get the block again.',
  'block-orphan':
    'This node does not know the previous block. Send that block first, or wait until the node is synced.',
  'block-invalid': 'This block was checked before and is invalid.',
  'block-genesis': 'This is not the genesis block of this network.',

  'policy-known': 'This payment is already known. No action is needed.',
  'policy-coinbase':
    'The reward of a block cannot be sent as a transaction. It is valid only inside its block.',
  'policy-version':
    'The transaction has a version[ ({version:number})] that this software does not know. Check for an update.',
  'policy-lock': 'The transaction uses a type of lock that is not active yet. Pay to another address.',
  'policy-dust':
    'The amount[ of {amount:kith}] is too small to be worth spending. Send at least {least:kith|0.0001 KITH}.',
  'policy-feerate': 'The fee rate is below the minimum fee rate. Raise the fee[: at least {least:kith}].',
  'policy-orphan':
    'The payment spends a coin of a payment that this node does not know yet. Send that payment first.',
  'policy-ancestors':
    'The payment depends on more than 25 unconfirmed payments. Wait until some of them are mined.',
  'policy-descendants':
    'More than 25 unconfirmed payments depend on the coins that this one spends. Wait until some of them are mined.',
  'policy-expires-soon':
    'The payment, or one that it depends on, expires too soon to be relayed. Create the payment again with a later expiry[: at least {least:block}].',
  'policy-not-yet-valid':
    'The payment is not valid yet[, only from {validFrom:block} on]. Send the payment again then.',
  'policy-full': 'The mempool is full of transactions with higher fee rates. Raise the fee or wait.',
  'policy-conflict':
    'The payment spends a coin that another pending payment spends already. Wait until that one is mined or expires, or replace it with a higher fee.',
  'policy-replacement-fee':
    'To replace the pending payment, the fee must be higher[: at least {least:kith}]. Raise the fee.',
  'policy-replacement-count':
    'Replacing this payment would remove more than {most:count|100} other payments. Wait until some of them are mined.',
} as const;
