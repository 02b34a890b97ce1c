import { type AmountStyle, PLAIN_STYLE, restyled } from '../../shared/amount-style.ts';
import { cleanLabel } from '../../shared/labels.ts';
import { outputSums, receiversOf } from '../../shared/payment-outputs.ts';
import { group } from '../../shared/units.ts';
import type { PaymentConfirmation } from '../api/base.ts';
import { groupAddress, money } from './confirm-text.ts';

const STYLE = `:root{color-scheme:light dark;--ink:#1b1a17;--paper:#fbfaf7;--line:#e5e1d8;--muted:#676359;--warn:#955300}
@media(prefers-color-scheme:dark){:root{--ink:#eceae4;--paper:#131412;--line:#2b2e2a;--muted:#a19d93;--warn:#e0a458}}
body{font:14px system-ui,sans-serif;margin:0;color:var(--ink);background:var(--paper)}
header,section{padding:16px 24px}h1{font-size:18px;margin:0 0 4px}p{margin:0 0 4px;color:var(--muted)}.warn{color:var(--warn)}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th{position:sticky;top:0;background:var(--paper);text-align:left;color:var(--muted);font-weight:500}
th,td{padding:8px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th:first-child,td:first-child{padding-left:24px;text-align:right}td.amount{white-space:nowrap;text-align:right}
code{font:13px ui-monospace,monospace}`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Names and warnings may quote foreign text. */
const escaped = (text: string): string => cleanLabel(text).replace(/[&<>"']/g, (each) => ESCAPES[each]!);

/**
 * Every receiver of a payment in its order, with the amount, the name of the contact and the complete address, and every warning: a
 * document without scripts and without anything to load.
 */
export function receiversPage(
  { wallet, payment }: Pick<PaymentConfirmation, 'wallet' | 'payment'>,
  style: AmountStyle = PLAIN_STYLE,
): string {
  const inStyle = (amount: number): string => restyled(money(amount), style);
  const receivers = receiversOf(payment.outputs);
  const { paid } = outputSums(payment.outputs);
  const rows = receivers.map(({ amount, address, contact, contactIsNew }, at) => {
    const name = contact === undefined ? '' : `<bdi>${escaped(contact)}</bdi><br>`;
    const isNew = contactIsNew === true ? '<br><span class="warn">New contact or address</span>' : '';
    const place = `<td>${group(at + 1)}</td><td class="amount">${inStyle(amount)}</td>`;
    return `<tr>${place}<td>${name}<code>${escaped(groupAddress(address))}</code>${isNew}</td></tr>`;
  });
  const warnings = payment.warnings.map(
    ({ message }) => `<p class="warn">Warning: ${escaped(restyled(message, style))}</p>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Receivers</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${STYLE}</style>
<header><h1>${group(receivers.length)} receivers, ${inStyle(paid)}</h1>
<p>The payment from <bdi>${escaped(wallet)}</bdi> as your node has prepared it. Confirm or cancel it in the dialog.</p></header>
${warnings.length === 0 ? '' : `<section>${warnings.join('')}</section>`}
<table><thead><tr><th>No.</th><th>Amount</th><th>Receiver</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></html>`;
}
