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
    },
  },
  nl: {
    greeting: '{% if customer.name %}Beste {{ customer.name }},{% else %}Goedendag,{% endif %}',
    closing: 'Met vriendelijke groet,',
    automatic: 'Dit bericht is automatisch verzonden namens {{ sender.title }}.',
    colon: ':',
    viewAndPay: 'Factuur bekijken en betalen',
    view: 'Factuur bekijken',
    labels: {
      number: 'Factuurnummer',
      purchaseOrder: 'Inkoopnummer',
      issuedOn: 'Factuurdatum',
      dueOn: 'Vervaldatum',
      total: 'Totaal',
      paid: 'Al betaald',
      open: 'Te betalen',
      subscription: 'Abonnement',
      endsOn: 'Einde proefperiode',
      endsAt: 'Tijd',
    },
  },
  de: {
    greeting: 'Guten Tag{% if customer.name %} {{ customer.name }}{% endif %},',
    closing: 'Mit freundlichen Grüßen',
    automatic: 'Diese Nachricht wurde automatisch im Auftrag von {{ sender.title }} versendet.',
    colon: ':',
    viewAndPay: 'Rechnung ansehen und bezahlen',
    view: 'Rechnung ansehen',
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
    },
  },
  fr: {
    greeting: 'Bonjour{% if customer.name %} {{ customer.name }}{% endif %},',
    closing: 'Cordialement,',
    automatic: 'Ce message a été envoyé automatiquement pour le compte de {{ sender.title }}.',
    colon: '\u00a0:',
    viewAndPay: 'Consulter et payer la facture',
    view: 'Consulter la facture',
    labels: {
      number: 'Numéro de facture',
      purchaseOrder: 'Bon de commande',
      issuedOn: 'Date de facture',
      dueOn: 'Échéance',
      total: 'Total',
      paid: 'Déjà réglé',
      open: 'À régler',
      subscription: 'Abonnement',
      endsOn: 'Fin de l’essai',
      endsAt: 'Heure',
    },
  },
  es: {
    greeting: 'Hola{% if customer.name %}, {{ customer.name }}{% endif %}:',
    closing: 'Un cordial saludo,',
    automatic: 'Este mensaje se ha enviado automáticamente en nombre de {{ sender.title }}.',
    colon: ':',
    viewAndPay: 'Ver y pagar la factura',
    view: 'Ver la factura',
    labels: {
      number: 'Número de factura',
      purchaseOrder: 'Número de pedido',
      issuedOn: 'Fecha de emisión',
      dueOn: 'Vencimiento',
      total: 'Total',
      paid: 'Ya pagado',
      open: 'Por pagar',
      subscription: 'Suscripción',
      endsOn: 'Fin de la prueba',
      endsAt: 'Hora',
    },
  },
};
