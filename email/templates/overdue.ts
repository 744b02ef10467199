import type { BuiltInMail } from './texts.js';

/**
 * A reminder. Kinder in the first week, plainer later, never a threat: no fees, deadlines or legal steps are mentioned,
 * since what may lawfully follow differs by country. Days are counted at the send (S-E2).
 */
export const overdue: BuiltInMail = {
  summary: 'invoice',
  button: true,
  texts: {
    en: {
      subject:
        'Reminder: {% if invoice.number %}invoice {{ invoice.number }}{% else %}your invoice{% endif %} {% if invoice.days_overdue > 0 %}is {{ invoice.days_overdue | count: "day", "days" }} overdue{% elsif invoice.days_overdue == 0 %}is due today{% else %}is awaiting payment{% endif %}',
      preheader:
        '{% if invoice.open %}Still open: {{ invoice.open }}.{% elsif invoice.total %}Invoice total: {{ invoice.total }}.{% endif %}{% if invoice.due_on %} Due date: {{ invoice.due_on }}.{% endif %}',
      heading: 'Payment reminder',
      paragraphs: [
        '{% if invoice.number %}Invoice {{ invoice.number }}{% else %}Your invoice{% endif %}{% if invoice.issued_on %} of {{ invoice.issued_on }}{% endif %} {% if invoice.days_overdue > 0 %}{% if invoice.due_on %}was due on {{ invoice.due_on }} and {% endif %}is now {{ invoice.days_overdue | count: "day", "days" }} overdue.{% elsif invoice.days_overdue == 0 %}is due today.{% elsif invoice.days_overdue and invoice.due_on %}is due on {{ invoice.due_on }}.{% else %}is awaiting payment.{% endif %}',
        '{% if invoice.paid %}Thank you for your payment of {{ invoice.paid }}. {% endif %}{% if invoice.open %}According to our records, {{ invoice.open }} is still open.{% elsif invoice.total %}The invoice total is {{ invoice.total }}.{% endif %}',
        '{% if invoice.days_overdue > 30 %}We would like to settle this together with you. If something is keeping you from paying, please let us know, so that we can look for a solution.{% elsif invoice.days_overdue > 7 %}We kindly ask you to arrange the payment.{% elsif invoice.days_overdue > 0 %}Perhaps it has simply escaped your attention. We would be grateful if you could arrange the payment.{% else %}We would be grateful if you could arrange the payment.{% endif %}',
      ],
      afterwards: [
        'If you have already paid, please disregard this message. If you believe that something about this invoice is not right, please contact us.',
      ],
    },
    nl: {
      subject:
        'Herinnering: {% if invoice.number %}factuur {{ invoice.number }}{% else %}uw factuur{% endif %} {% if invoice.days_overdue > 0 %}verviel {{ invoice.days_overdue | count: "dag", "dagen" }} geleden{% elsif invoice.days_overdue == 0 %}vervalt vandaag{% else %}staat nog open{% endif %}',
      preheader:
        '{% if invoice.open %}Nog te betalen: {{ invoice.open }}.{% elsif invoice.total %}Totaalbedrag: {{ invoice.total }}.{% endif %}{% if invoice.due_on %} Vervaldatum: {{ invoice.due_on }}.{% endif %}',
      heading: 'Betalingsherinnering',
      paragraphs: [
        '{% if invoice.number %}Factuur {{ invoice.number }}{% else %}Uw factuur{% endif %}{% if invoice.issued_on %} van {{ invoice.issued_on }}{% endif %} {% if invoice.days_overdue > 0 %}verviel {% if invoice.due_on %}op {{ invoice.due_on }}, {% endif %}{{ invoice.days_overdue | count: "dag", "dagen" }} geleden.{% elsif invoice.days_overdue == 0 %}vervalt vandaag.{% elsif invoice.days_overdue and invoice.due_on %}vervalt op {{ invoice.due_on }}.{% else %}staat nog open.{% endif %}',
        '{% if invoice.paid %}Hartelijk dank voor uw betaling van {{ invoice.paid }}. {% endif %}{% if invoice.open %}Volgens onze administratie staat er nog {{ invoice.open }} open.{% elsif invoice.total %}Het factuurbedrag is {{ invoice.total }}.{% endif %}',
        '{% if invoice.days_overdue > 30 %}Wij komen hier graag samen met u uit. Lukt het betalen om een of andere reden niet, laat het ons dan weten, zodat we een oplossing kunnen zoeken.{% elsif invoice.days_overdue > 7 %}Wij verzoeken u vriendelijk de betaling in orde te maken.{% elsif invoice.days_overdue > 0 %}Misschien is de factuur aan uw aandacht ontsnapt. Wilt u de betaling in orde maken?{% else %}Wilt u de betaling in orde maken? Alvast hartelijk dank.{% endif %}',
      ],
      afterwards: [
        'Heeft u al betaald, dan kunt u dit bericht als niet verzonden beschouwen. Klopt er volgens u iets niet aan de factuur, neem dan contact met ons op.',
      ],
    },
    de: {
      subject:
        'Erinnerung: {% if invoice.number %}Rechnung {{ invoice.number }}{% else %}Ihre Rechnung{% endif %} {% if invoice.days_overdue > 0 %}ist seit {{ invoice.days_overdue | count: "Tag", "Tagen" }} fällig{% elsif invoice.days_overdue == 0 %}ist heute fällig{% else %}ist noch offen{% endif %}',
      preheader:
        '{% if invoice.open %}Noch offen: {{ invoice.open }}.{% elsif invoice.total %}Rechnungsbetrag: {{ invoice.total }}.{% endif %}{% if invoice.due_on %} Fälligkeit: {{ invoice.due_on }}.{% endif %}',
      heading: 'Zahlungserinnerung',
      paragraphs: [
        '{% if invoice.number %}die Rechnung {{ invoice.number }}{% else %}Ihre Rechnung{% endif %}{% if invoice.issued_on %} vom {{ invoice.issued_on }}{% endif %} {% if invoice.days_overdue > 0 %}{% if invoice.due_on %}war am {{ invoice.due_on }} fällig und {% endif %}ist nun seit {{ invoice.days_overdue | count: "Tag", "Tagen" }} überfällig.{% elsif invoice.days_overdue == 0 %}ist heute fällig.{% elsif invoice.days_overdue and invoice.due_on %}ist am {{ invoice.due_on }} fällig.{% else %}ist noch offen.{% endif %}',
        '{% if invoice.paid %}Vielen Dank für Ihre Zahlung von {{ invoice.paid }}. {% endif %}{% if invoice.open %}Nach unseren Unterlagen sind noch {{ invoice.open }} offen.{% elsif invoice.total %}Der Rechnungsbetrag lautet {{ invoice.total }}.{% endif %}',
        '{% if invoice.days_overdue > 30 %}Wir möchten gern gemeinsam mit Ihnen eine Lösung finden. Falls etwas der Zahlung im Wege steht, sprechen Sie uns bitte an.{% elsif invoice.days_overdue > 7 %}Wir bitten Sie freundlich, die Zahlung zu veranlassen.{% elsif invoice.days_overdue > 0 %}Vielleicht ist die Rechnung nur Ihrer Aufmerksamkeit entgangen. Wir würden uns freuen, wenn Sie die Zahlung veranlassen.{% else %}Wir würden uns freuen, wenn Sie die Zahlung veranlassen.{% endif %}',
      ],
      afterwards: [
        'Falls Sie bereits gezahlt haben, betrachten Sie diese Nachricht bitte als gegenstandslos. Sollte an der Rechnung etwas nicht stimmen, sprechen Sie uns bitte an.',
      ],
    },
    fr: {
      subject:
        'Rappel\u00a0: {% if invoice.number %}la facture {{ invoice.number }}{% else %}votre facture{% endif %} {% if invoice.days_overdue > 0 %}est échue depuis {{ invoice.days_overdue | count: "jour", "jours" }}{% elsif invoice.days_overdue == 0 %}arrive à échéance aujourd’hui{% else %}est en attente de règlement{% endif %}',
      preheader:
        '{% if invoice.open %}Reste à payer\u00a0: {{ invoice.open }}.{% elsif invoice.total %}Montant total\u00a0: {{ invoice.total }}.{% endif %}{% if invoice.due_on %} Échéance\u00a0: {{ invoice.due_on }}.{% endif %}',
      heading: 'Rappel de paiement',
      paragraphs: [
        '{% if invoice.number %}La facture {{ invoice.number }}{% else %}Votre facture{% endif %}{% if invoice.issued_on %} du {{ invoice.issued_on }}{% endif %} {% if invoice.days_overdue > 0 %}{% if invoice.due_on %}était à régler pour le {{ invoice.due_on }} et {% endif %}est échue depuis {{ invoice.days_overdue | count: "jour", "jours" }}.{% elsif invoice.days_overdue == 0 %}arrive à échéance aujourd’hui.{% elsif invoice.days_overdue and invoice.due_on %}arrive à échéance le {{ invoice.due_on }}.{% else %}est en attente de règlement.{% endif %}',
        '{% if invoice.paid %}Nous vous remercions de votre règlement de {{ invoice.paid }}. {% endif %}{% if invoice.open %}Sauf erreur de notre part, il reste {{ invoice.open }} à payer.{% elsif invoice.total %}Le montant de la facture est de {{ invoice.total }}.{% endif %}',
        '{% if invoice.days_overdue > 30 %}Nous souhaitons trouver une solution avec vous. Si quelque chose vous empêche de payer, n’hésitez pas à nous en parler.{% elsif invoice.days_overdue > 7 %}Nous vous prions de bien vouloir procéder au règlement.{% elsif invoice.days_overdue > 0 %}Il s’agit peut-être d’un simple oubli. Nous vous remercions de bien vouloir procéder au règlement.{% else %}Nous vous remercions de bien vouloir procéder au règlement.{% endif %}',
      ],
      afterwards: [
        'Si vous avez déjà payé, merci de ne pas tenir compte de ce message. Si cette facture vous semble inexacte, n’hésitez pas à nous contacter.',
      ],
    },
    es: {
      subject:
        'Recordatorio: {% if invoice.number %}la factura {{ invoice.number }}{% else %}su factura{% endif %} {% if invoice.days_overdue > 0 %}venció hace {{ invoice.days_overdue | count: "día", "días" }}{% elsif invoice.days_overdue == 0 %}vence hoy{% else %}está pendiente de pago{% endif %}',
      preheader:
        '{% if invoice.open %}Pendiente de pago: {{ invoice.open }}.{% elsif invoice.total %}Importe total: {{ invoice.total }}.{% endif %}{% if invoice.due_on %} Vencimiento: {{ invoice.due_on }}.{% endif %}',
      heading: 'Recordatorio de pago',
      paragraphs: [
        '{% if invoice.number %}La factura {{ invoice.number }}{% else %}Su factura{% endif %}{% if invoice.issued_on %} del {{ invoice.issued_on }}{% endif %} {% if invoice.days_overdue > 0 %}venció {% if invoice.due_on %}el {{ invoice.due_on }}, {% endif %}hace {{ invoice.days_overdue | count: "día", "días" }}.{% elsif invoice.days_overdue == 0 %}vence hoy.{% elsif invoice.days_overdue and invoice.due_on %}vence el {{ invoice.due_on }}.{% else %}está pendiente de pago.{% endif %}',
        '{% if invoice.paid %}Le agradecemos su pago de {{ invoice.paid }}. {% endif %}{% if invoice.open %}Según nuestros registros, queda pendiente un importe de {{ invoice.open }}.{% elsif invoice.total %}El importe de la factura es de {{ invoice.total }}.{% endif %}',
        '{% if invoice.days_overdue > 30 %}Nos gustaría resolverlo junto con usted. Si algo le impide realizar el pago, háganoslo saber para que podamos buscar una solución.{% elsif invoice.days_overdue > 7 %}Le rogamos que realice el pago.{% elsif invoice.days_overdue > 0 %}Quizá se le haya pasado por alto. Le agradeceríamos que realizara el pago.{% else %}Le agradeceríamos que realizara el pago.{% endif %}',
      ],
      afterwards: [
        'Si ya ha pagado, no tenga en cuenta este mensaje. Si cree que hay algún error en la factura, póngase en contacto con nosotros.',
      ],
    },
  },
};
