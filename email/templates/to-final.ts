import type { BuiltInMail } from './texts.js';

/** The invoice is ready. The due date may be today or past when the mail waited for something. */
export const toFinal: BuiltInMail = {
  summary: 'invoice',
  button: true,
  texts: {
    en: {
      subject:
        'Your invoice{% if invoice.number %} {{ invoice.number }}{% endif %}{% if sender.name %} from {{ sender.name }}{% else %} is ready{% endif %}',
      preheader:
        '{% if invoice.settled %}It has been paid in full.{% elsif invoice.open %}Amount due: {{ invoice.open }}.{% elsif invoice.total %}Invoice total: {{ invoice.total }}.{% endif %}{% if invoice.due_on and invoice.settled == false %} Due date: {{ invoice.due_on }}.{% endif %}',
      heading: 'Your invoice is ready',
      paragraphs: [
        '{% if invoice.number %}Invoice {{ invoice.number }}{% else %}Your invoice{% endif %}{% if invoice.issued_on %} of {{ invoice.issued_on }}{% endif %} is now ready.',
        '{% if invoice.settled %}It has been paid in full, so there is nothing left for you to do. Thank you.{% else %}{% if invoice.open %}The amount due is {{ invoice.open }}.{% elsif invoice.total %}The invoice total is {{ invoice.total }}.{% endif %}{% if invoice.days_overdue > 0 and invoice.due_on %} It was due on {{ invoice.due_on }}.{% elsif invoice.days_overdue == 0 %} It is due today.{% elsif invoice.due_on %} It is due on {{ invoice.due_on }}.{% endif %}{% endif %}',
      ],
      afterwards: ['If you have any questions about this invoice, please contact us. We are happy to help.'],
    },
    nl: {
      subject:
        'Uw factuur{% if invoice.number %} {{ invoice.number }}{% endif %}{% if sender.name %} van {{ sender.name }}{% else %} staat klaar{% endif %}',
      preheader:
        '{% if invoice.settled %}De factuur is volledig betaald.{% elsif invoice.open %}Te betalen: {{ invoice.open }}.{% elsif invoice.total %}Totaalbedrag: {{ invoice.total }}.{% endif %}{% if invoice.due_on and invoice.settled == false %} Vervaldatum: {{ invoice.due_on }}.{% endif %}',
      heading: 'Uw factuur staat klaar',
      paragraphs: [
        '{% if invoice.number %}Factuur {{ invoice.number }}{% else %}Uw factuur{% endif %}{% if invoice.issued_on %} van {{ invoice.issued_on }}{% endif %} staat voor u klaar.',
        '{% if invoice.settled %}De factuur is volledig betaald; u hoeft niets meer te doen. Hartelijk dank.{% else %}{% if invoice.open %}Het te betalen bedrag is {{ invoice.open }}.{% elsif invoice.total %}Het factuurbedrag is {{ invoice.total }}.{% endif %}{% if invoice.days_overdue > 0 and invoice.due_on %} De vervaldatum was {{ invoice.due_on }}.{% elsif invoice.days_overdue == 0 %} De vervaldatum is vandaag.{% elsif invoice.due_on %} De vervaldatum is {{ invoice.due_on }}.{% endif %}{% endif %}',
      ],
      afterwards: ['Heeft u vragen over deze factuur? Neem dan gerust contact met ons op. Wij helpen u graag.'],
    },
    de: {
      subject:
        'Ihre Rechnung{% if invoice.number %} {{ invoice.number }}{% endif %}{% if sender.name %} von {{ sender.name }}{% else %} liegt bereit{% endif %}',
      preheader:
        '{% if invoice.settled %}Die Rechnung ist vollständig bezahlt.{% elsif invoice.open %}Offener Betrag: {{ invoice.open }}.{% elsif invoice.total %}Rechnungsbetrag: {{ invoice.total }}.{% endif %}{% if invoice.due_on and invoice.settled == false %} Fällig am {{ invoice.due_on }}.{% endif %}',
      heading: 'Ihre Rechnung liegt bereit',
      paragraphs: [
        '{% if invoice.number %}die Rechnung {{ invoice.number }}{% else %}Ihre Rechnung{% endif %}{% if invoice.issued_on %} vom {{ invoice.issued_on }}{% endif %} liegt für Sie bereit.',
        '{% if invoice.settled %}Sie ist vollständig bezahlt; Sie müssen nichts weiter tun. Vielen Dank.{% else %}{% if invoice.open %}Der offene Betrag lautet {{ invoice.open }}.{% elsif invoice.total %}Der Rechnungsbetrag lautet {{ invoice.total }}.{% endif %}{% if invoice.days_overdue > 0 and invoice.due_on %} Die Rechnung war am {{ invoice.due_on }} fällig.{% elsif invoice.days_overdue == 0 %} Die Rechnung ist heute fällig.{% elsif invoice.due_on %} Die Rechnung ist am {{ invoice.due_on }} fällig.{% endif %}{% endif %}',
      ],
      afterwards: ['Haben Sie Fragen zu dieser Rechnung? Sprechen Sie uns gern an, wir helfen Ihnen weiter.'],
    },
    fr: {
      subject:
        'Votre facture{% if invoice.number %} {{ invoice.number }}{% endif %}{% if sender.name %} – {{ sender.name }}{% else %} est disponible{% endif %}',
      preheader:
        '{% if invoice.settled %}Elle est entièrement réglée.{% elsif invoice.open %}Montant à régler\u00a0: {{ invoice.open }}.{% elsif invoice.total %}Montant total\u00a0: {{ invoice.total }}.{% endif %}{% if invoice.due_on and invoice.settled == false %} Échéance\u00a0: {{ invoice.due_on }}.{% endif %}',
      heading: 'Votre facture est disponible',
      paragraphs: [
        '{% if invoice.number %}La facture {{ invoice.number }}{% else %}Votre facture{% endif %}{% if invoice.issued_on %} du {{ invoice.issued_on }}{% endif %} est disponible.',
        '{% if invoice.settled %}Elle est entièrement réglée\u00a0: vous n’avez plus rien à faire. Merci.{% else %}{% if invoice.open %}Le montant à régler est de {{ invoice.open }}.{% elsif invoice.total %}Le montant de la facture est de {{ invoice.total }}.{% endif %}{% if invoice.days_overdue > 0 and invoice.due_on %} L’échéance était fixée au {{ invoice.due_on }}.{% elsif invoice.days_overdue == 0 %} L’échéance est fixée à aujourd’hui.{% elsif invoice.due_on %} L’échéance est fixée au {{ invoice.due_on }}.{% endif %}{% endif %}',
      ],
      afterwards: ['Pour toute question sur cette facture, n’hésitez pas à nous contacter.'],
    },
    es: {
      subject:
        'Su factura{% if invoice.number %} {{ invoice.number }}{% endif %}{% if sender.name %} de {{ sender.name }}{% else %} está disponible{% endif %}',
      preheader:
        '{% if invoice.settled %}Está totalmente pagada.{% elsif invoice.open %}Importe pendiente: {{ invoice.open }}.{% elsif invoice.total %}Importe total: {{ invoice.total }}.{% endif %}{% if invoice.due_on and invoice.settled == false %} Vencimiento: {{ invoice.due_on }}.{% endif %}',
      heading: 'Su factura está disponible',
      paragraphs: [
        '{% if invoice.number %}La factura {{ invoice.number }}{% else %}Su factura{% endif %}{% if invoice.issued_on %} del {{ invoice.issued_on }}{% endif %} ya está disponible.',
        '{% if invoice.settled %}Está totalmente pagada, así que no tiene que hacer nada más. Muchas gracias.{% else %}{% if invoice.open %}El importe pendiente es de {{ invoice.open }}.{% elsif invoice.total %}El importe de la factura es de {{ invoice.total }}.{% endif %}{% if invoice.days_overdue > 0 and invoice.due_on %} Venció el {{ invoice.due_on }}.{% elsif invoice.days_overdue == 0 %} Vence hoy.{% elsif invoice.due_on %} Vence el {{ invoice.due_on }}.{% endif %}{% endif %}',
      ],
      afterwards: [
        'Si tiene alguna pregunta sobre esta factura, póngase en contacto con nosotros. Le ayudaremos con gusto.',
      ],
    },
  },
};
