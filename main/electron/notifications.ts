import { Notification } from 'electron';
import { type AmountStyle, restyled } from '../../shared/amount-style.ts';
import type { NodeStatus } from '../../shared/contract/node.ts';
import type { WalletView } from '../../shared/contract/wallet.ts';
import { hideAmounts } from '../../shared/hidden-amounts.ts';
import { type News, statusNews, walletNews } from './news.ts';
import type { NodeClient } from './node-client.ts';

export interface NotificationDeps {
  readonly node: NodeClient;
  /** False while the user looks at the window, or does not want notifications. */
  readonly wanted: () => boolean;
  /** Whether notifications name no amount. */
  readonly amountsHidden: () => boolean;
  readonly style: () => AmountStyle;
  /** Opens a screen of the page in front. */
  readonly open: (place: string) => void;
}

/** Shows what happened to payments and to the node as notifications of the system. */
export function followNews({ node, wanted, amountsHidden, style, open }: NotificationDeps): void {
  const wallets = new Map<string, WalletView>();
  let status: NodeStatus | null = null;
  // A notification that is not referenced may be collected, and its click is then lost.
  const shown = new Set<Notification>();

  function show(news: readonly News[]): void {
    if (!wanted() || !Notification.isSupported()) return;
    for (const { title, body, place } of news) {
      const notification = new Notification({
        title,
        body: amountsHidden() ? hideAmounts(body) : restyled(body, style()),
      });
      const forget = (): void => void shown.delete(notification);
      notification.on('click', () => {
        forget();
        open(place);
      });
      notification.on('close', forget);
      notification.on('failed', forget);
      shown.add(notification);
      notification.show();
    }
  }

  node.events.on('status', (now) => {
    const news = statusNews(status, now);
    status = now;
    show(news);
  });
  node.events.on('wallet', (now) => {
    const news = walletNews(wallets.get(now.name), now, status);
    wallets.set(now.name, now);
    show(news);
  });
  node.events.on('closed', () => {
    // The next node may be of another network.
    wallets.clear();
    status = null;
  });
}
