import type { Language } from './texts.js';

/** What all built-in mails of a language share. */
export interface Phrases {
  greeting: string;
  closing: string;
  automatic: string;
  /** After a label in plain text; French puts a (non-breaking) space before it. */
  colon: string;
  viewAndPay: string;
  view: string;
  /** Said where the invoice goes with the mail. */
  attached: string;
  /** The word after a number of credits: one, several. */
  credits: readonly [one: string, other: string];
  labels: {
    number: string;
    purchaseOrder: string;
    issuedOn: string;
    dueOn: string;
    total: string;
    paid: string;
    open: string;
    subscription: string;
    endsOn: string;
    endsAt: string;
    chargeOn: string;
    payment: string;
    attemptedOn: string;
    walletName: string;
    balance: string;
    granted: string;
  };
}

export const phrases: Record<Language, Phrases> = {
  en: {
    greeting: '{% if customer.name %}Dear {{ customer.name }},{% else %}Hello,{% endif %}',
    closing: 'Kind regards,',
    automatic: 'This message was sent automatically on behalf of {{ sender.title }}.',
    colon: ':',
    viewAndPay: 'View and pay invoice',
    view: 'View invoice',
    attached: 'The invoice is attached as a PDF file.',
    credits: ['credit', 'credits'],
    labels: {
      number: 'Invoice number',
      purchaseOrder: 'PO number',
      issuedOn: 'Invoice date',
      dueOn: 'Due date',
      total: 'Total',
      paid: 'Already paid',
      open: 'Amount due',
      subscription: 'Subscription',
      endsOn: 'Trial ends on',
      endsAt: 'Time',
      chargeOn: 'Payment date',
      payment: 'Payment',
      attemptedOn: 'Payment attempt',
      walletName: 'Name',
      balance: 'Balance',
      granted: 'Credited',
    },
  },
  nl: {
    greeting: '{% if customer.name %}Beste {{ customer.name }},{% else %}Goedendag,{% endif %}',
    closing: 'Met vriendelijke groet,',
    automatic: 'Dit bericht is automatisch verzonden namens {{ sender.title }}.',
    colon: ':',
    viewAndPay: 'Factuur bekijken en betalen',
    view: 'Factuur bekijken',
    attached: 'De factuur is als pdf bijgevoegd.',
    credits: ['credit', 'credits'],
    labels: {
      number: 'Factuurnummer',
      purchaseOrder: 'Inkooporder',
      issuedOn: 'Factuurdatum',
      dueOn: 'Vervaldatum',
      total: 'Totaal',
      paid: 'Al betaald',
      open: 'Te betalen',
      subscription: 'Abonnement',
      endsOn: 'Einde proefperiode',
      endsAt: 'Tijd',
      chargeOn: 'Betaaldatum',
      payment: 'Betaling',
      attemptedOn: 'Betaalpoging',
      walletName: 'Naam',
      balance: 'Tegoed',
      granted: 'Bijgeschreven',
    },
  },
  de: {
    greeting: 'Guten Tag{% if customer.name %} {{ customer.name }}{% endif %},',
    closing: 'Mit freundlichen Grüßen',
    automatic: 'Diese Nachricht wurde automatisch im Auftrag von {{ sender.title }} versendet.',
    colon: ':',
    viewAndPay: 'Rechnung ansehen und bezahlen',
    view: 'Rechnung ansehen',
    attached: 'Die Rechnung ist dieser Nachricht als PDF beigefügt.',
    credits: ['Credit', 'Credits'],
    labels: {
      number: 'Rechnungsnummer',
      purchaseOrder: 'Bestellnummer',
      issuedOn: 'Rechnungsdatum',
      dueOn: 'Fällig am',
      total: 'Gesamtbetrag',
      paid: 'Bereits bezahlt',
      open: 'Zu zahlen',
      subscription: 'Abonnement',
      endsOn: 'Ende der Testphase',
      endsAt: 'Uhrzeit',
      chargeOn: 'Zahlungstermin',
      payment: 'Zahlung',
      attemptedOn: 'Zahlungsversuch',
      walletName: 'Bezeichnung',
      balance: 'Guthaben',
      granted: 'Gutgeschrieben',
    },
  },
  fr: {
    greeting: 'Bonjour{% if customer.name %} {{ customer.name }}{% endif %},',
    closing: 'Cordialement,',
    automatic: 'Ce message automatique vous est adressé par {{ sender.title }}.',
    colon: '\u00a0:',
    viewAndPay: 'Consulter et payer la facture',
    view: 'Consulter la facture',
    attached: 'La facture est jointe à ce message au format PDF.',
    credits: ['crédit', 'crédits'],
    labels: {
      number: 'N° de facture',
      purchaseOrder: 'Bon de commande',
      issuedOn: 'Date de facture',
      dueOn: 'Échéance',
      total: 'Total',
      paid: 'Déjà réglé',
      open: 'À régler',
      subscription: 'Abonnement',
      endsOn: 'Fin de l’essai',
      endsAt: 'Heure',
      chargeOn: 'Date de paiement',
      payment: 'Paiement',
      attemptedOn: 'Tentative du',
      walletName: 'Nom',
      balance: 'Solde',
      granted: 'Crédité',
    },
  },
  es: {
    greeting: 'Hola{% if customer.name %}, {{ customer.name }}{% endif %}:',
    closing: 'Un cordial saludo,',
    automatic: 'Este mensaje se ha enviado automáticamente en nombre de {{ sender.title }}.',
    colon: ':',
    viewAndPay: 'Ver y pagar la factura',
    view: 'Ver la factura',
    attached: 'La factura se adjunta a este mensaje en formato PDF.',
    credits: ['crédito', 'créditos'],
    labels: {
      number: 'N.º de factura',
      purchaseOrder: 'N.º de pedido',
      issuedOn: 'Fecha de emisión',
      dueOn: 'Vencimiento',
      total: 'Total',
      paid: 'Ya pagado',
      open: 'Pendiente',
      subscription: 'Suscripción',
      endsOn: 'Fin de la prueba',
      endsAt: 'Hora',
      chargeOn: 'Fecha de pago',
      payment: 'Pago',
      attemptedOn: 'Fecha del intento',
      walletName: 'Nombre',
      balance: 'Saldo',
      granted: 'Abonado',
    },
  },
};
