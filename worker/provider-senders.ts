import type { Route } from '../activities/ports.js';
import type { MailProvider, ProviderAuthentication } from '../contracts/email-provider.js';
import type { MailSender } from '../contracts/mail.js';
import type { Networks } from '../contracts/networks.js';
import { providerServer } from '../email/provider-server.js';
import { smtpServerConfig } from '../email/smtp-config.js';
import { createSmtpSender } from '../email/smtp-sender.js';
import type { Vault } from '../store/vault.js';

/** So many integrations keep their connections; the one used longest ago gives way. */
const MOST = 100;

interface Kept {
  version: number;
  /** null = the operator's own provider. */
  sender: MailSender | null;
}

/** The senders of integrations, one with a pool of its own for each, made anew when its integration has changed. */
export class ProviderSenders {
  private readonly kept = new Map<string, Kept>();
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly vault: Vault,
    private readonly networks: Networks,
  ) {}

  /** null = it is the operator's own provider after all. `no_provider` when its credentials cannot be opened, or it is not whole. */
  route(via: MailProvider): Route | null {
    let sender: MailSender | null;
    try {
      ({ sender } = this.keep(via));
    } catch {
      return { blocked: 'no_provider' };
    }
    if (sender === null) return null;
    // Looked up again for each mail: between the route and the mail its integration may have changed and this sender be closed.
    const send: MailSender['send'] = (mail, marker) => (this.keep(via).sender ?? sender).send(mail, marker);
    return { sender: { send, close: () => Promise.resolve() } };
  }

  async close(): Promise<void> {
    for (const id of [...this.kept.keys()]) this.drop(id);
    await Promise.all(this.closing);
  }

  private keep(via: MailProvider): Kept {
    const known = this.kept.get(via.id);
    // A mail that was claimed before a change goes as the integration says now: two versions never take turns.
    const present = known && known.version >= via.version ? known : { version: via.version, sender: this.create(via) };
    if (known && known !== present) this.drop(via.id);
    this.kept.delete(via.id);
    this.kept.set(via.id, present);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST && oldest !== undefined) this.drop(oldest);
    return present;
  }

  private create({ id, provider, sealedAuthentication }: MailProvider): MailSender | null {
    const text = sealedAuthentication === null ? '{}' : this.vault.open(sealedAuthentication, id);
    const server = providerServer(provider, JSON.parse(text) as ProviderAuthentication);
    return server && createSmtpSender({ config: smtpServerConfig(server, this.networks, {}) });
  }

  /** What it is sending is sent. */
  private drop(id: string): void {
    const sender = this.kept.get(id)?.sender;
    this.kept.delete(id);
    if (!sender) return;
    const closed = sender.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
