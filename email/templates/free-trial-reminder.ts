import type { BuiltInMail } from './texts.js';

/** The free trial ends soon. It says when, and promises nothing about afterwards: that is in the customer's contract. */
export const freeTrialReminder: BuiltInMail = {
  summary: 'trial',
  button: false,
  texts: {
    en: {
      subject:
        'Your free trial{% if trial.subscription_name %} of {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}has ended{% elsif trial.days_left == 0 %}ends today{% elsif trial.days_left == 1 %}ends tomorrow{% elsif trial.days_left %}ends in {{ trial.days_left | count: "day", "days" }}{% else %}ends soon{% endif %}',
      preheader: '{% if trial.ends_on %}It ends on {{ trial.ends_on }}.{% endif %}',
      heading: '{% if trial.days_left < 0 %}Your free trial has ended{% else %}Your free trial is ending{% endif %}',
      paragraphs: [
        'Your free trial{% if trial.subscription_name %} of {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}ended{% elsif trial.days_left == 0 %}ends today{% elsif trial.days_left == 1 %}ends tomorrow{% elsif trial.days_left %}ends in {{ trial.days_left | count: "day", "days" }}{% else %}ends soon{% endif %}{% if trial.ends_on %}{% if trial.days_left >= 0 %},{% endif %} on {{ trial.ends_on }}{% if trial.ends_at_time %} at {{ trial.ends_at_time }}{% endif %}{% endif %}.',
        '{% if trial.days_left < 0 %}Thank you for trying it out.{% else %}We hope you are enjoying it. Now is a good moment to check your subscription and payment details.{% endif %}',
      ],
      afterwards: [
        'If you have any questions about your trial or about what comes after it, please contact us. We are happy to help.',
      ],
    },
    nl: {
      subject:
        'Uw gratis proefperiode{% if trial.subscription_name %} van {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}is afgelopen{% elsif trial.days_left == 0 %}eindigt vandaag{% elsif trial.days_left == 1 %}eindigt morgen{% elsif trial.days_left %}eindigt over {{ trial.days_left | count: "dag", "dagen" }}{% else %}eindigt binnenkort{% endif %}',
      preheader: '{% if trial.ends_on %}Einde: {{ trial.ends_on }}.{% endif %}',
      heading:
        '{% if trial.days_left < 0 %}Uw gratis proefperiode is afgelopen{% else %}Uw gratis proefperiode loopt af{% endif %}',
      paragraphs: [
        'Uw gratis proefperiode{% if trial.subscription_name %} van {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}eindigde{% elsif trial.days_left == 0 %}eindigt vandaag{% elsif trial.days_left == 1 %}eindigt morgen{% elsif trial.days_left %}eindigt over {{ trial.days_left | count: "dag", "dagen" }}{% else %}eindigt binnenkort{% endif %}{% if trial.ends_on %}{% if trial.days_left >= 0 %},{% endif %} op {{ trial.ends_on }}{% if trial.ends_at_time %} om {{ trial.ends_at_time | replace_first: " (", " uur (" }}{% endif %}{% endif %}.',
        '{% if trial.days_left < 0 %}Bedankt voor het uitproberen.{% else %}Wij hopen dat het u bevalt. Dit is een goed moment om uw abonnement en betaalgegevens na te kijken.{% endif %}',
      ],
      afterwards: [
        'Heeft u vragen over uw proefperiode of over wat daarna komt? Neem dan gerust contact met ons op. Wij helpen u graag.',
      ],
    },
    de: {
      subject:
        'Ihre kostenlose Testphase{% if trial.subscription_name %} für {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}ist abgelaufen{% elsif trial.days_left == 0 %}endet heute{% elsif trial.days_left == 1 %}endet morgen{% elsif trial.days_left %}endet in {{ trial.days_left | count: "Tag", "Tagen" }}{% else %}endet bald{% endif %}',
      preheader: '{% if trial.ends_on %}Ende: {{ trial.ends_on }}.{% endif %}',
      heading:
        '{% if trial.days_left < 0 %}Ihre kostenlose Testphase ist abgelaufen{% else %}Ihre kostenlose Testphase endet{% endif %}',
      paragraphs: [
        'Ihre kostenlose Testphase{% if trial.subscription_name %} für {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}endete{% elsif trial.days_left == 0 %}endet heute{% elsif trial.days_left == 1 %}endet morgen{% elsif trial.days_left %}endet in {{ trial.days_left | count: "Tag", "Tagen" }}{% else %}endet bald{% endif %}{% if trial.ends_on %}{% if trial.days_left >= 0 %},{% endif %} am {{ trial.ends_on }}{% if trial.ends_at_time %} um {{ trial.ends_at_time | replace_first: " (", " Uhr (" }}{% endif %}{% endif %}.',
        '{% if trial.days_left < 0 %}Vielen Dank, dass Sie es ausprobiert haben.{% else %}Wir hoffen, dass es Ihnen gefällt. Jetzt ist ein guter Zeitpunkt, Ihr Abonnement und Ihre Zahlungsdaten zu prüfen.{% endif %}',
      ],
      afterwards: [
        'Haben Sie Fragen zu Ihrer Testphase oder zur Zeit danach? Sprechen Sie uns gern an, wir helfen Ihnen weiter.',
      ],
    },
    fr: {
      subject:
        'Votre essai gratuit{% if trial.subscription_name %} «\u00a0{{ trial.subscription_name }}\u00a0»{% endif %} {% if trial.days_left < 0 %}est terminé{% elsif trial.days_left == 0 %}se termine aujourd’hui{% elsif trial.days_left == 1 %}se termine demain{% elsif trial.days_left %}se termine dans {{ trial.days_left | count: "jour", "jours" }}{% else %}se termine bientôt{% endif %}',
      preheader: '{% if trial.ends_on %}Fin\u00a0: {{ trial.ends_on }}.{% endif %}',
      heading:
        '{% if trial.days_left < 0 %}Votre essai gratuit est terminé{% else %}Votre essai gratuit se termine{% endif %}',
      paragraphs: [
        'Votre essai gratuit{% if trial.subscription_name %} «\u00a0{{ trial.subscription_name }}\u00a0»{% endif %} {% if trial.days_left < 0 %}s’est terminé{% elsif trial.days_left == 0 %}se termine aujourd’hui{% elsif trial.days_left == 1 %}se termine demain{% elsif trial.days_left %}se termine dans {{ trial.days_left | count: "jour", "jours" }}{% else %}se termine bientôt{% endif %}{% if trial.ends_on %}{% if trial.days_left >= 0 %},{% endif %} le {{ trial.ends_on }}{% if trial.ends_at_time %} à {{ trial.ends_at_time }}{% endif %}{% endif %}.',
        '{% if trial.days_left < 0 %}Merci d’avoir pris le temps de l’essayer.{% else %}Nous espérons qu’il vous donne satisfaction. C’est le bon moment pour vérifier votre abonnement et vos informations de paiement.{% endif %}',
      ],
      afterwards: ['Pour toute question sur votre essai ou sur la suite, n’hésitez pas à nous contacter.'],
    },
    es: {
      subject:
        'Su prueba gratuita{% if trial.subscription_name %} de {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}ha terminado{% elsif trial.days_left == 0 %}termina hoy{% elsif trial.days_left == 1 %}termina mañana{% elsif trial.days_left %}termina dentro de {{ trial.days_left | count: "día", "días" }}{% else %}termina pronto{% endif %}',
      preheader: '{% if trial.ends_on %}Fin: {{ trial.ends_on }}.{% endif %}',
      heading:
        '{% if trial.days_left < 0 %}Su prueba gratuita ha terminado{% else %}Fin de su prueba gratuita{% endif %}',
      paragraphs: [
        'Su prueba gratuita{% if trial.subscription_name %} de {{ trial.subscription_name }}{% endif %} {% if trial.days_left < 0 %}terminó{% elsif trial.days_left == 0 %}termina hoy{% elsif trial.days_left == 1 %}termina mañana{% elsif trial.days_left %}termina dentro de {{ trial.days_left | count: "día", "días" }}{% else %}termina pronto{% endif %}{% if trial.ends_on %}{% if trial.days_left >= 0 %},{% endif %} el {{ trial.ends_on }}{% if trial.ends_at_time %} a las {{ trial.ends_at_time }}{% endif %}{% endif %}.',
        '{% if trial.days_left < 0 %}Gracias por haberla probado.{% else %}Esperamos que la esté disfrutando. Es un buen momento para revisar su suscripción y sus datos de pago.{% endif %}',
      ],
      afterwards: [
        'Si tiene alguna pregunta sobre su prueba o sobre lo que viene después, póngase en contacto con nosotros. Le ayudaremos con gusto.',
      ],
    },
  },
};
