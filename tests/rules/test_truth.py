"""Wordings of a reply that say what the tools said, and wordings that do not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.money import Money
from care.rules.truth import faults, missing, unsupported

PRODUCTS = ["Amul Milk 1L", "Potato Chips", "Whey Protein"]

STATUS = "Your order ORD001 (Potato Chips) was placed on 2 March 2026 and is on its way to you."
DELIVERED = "Your order ORD004 (Amul Milk 1L) was delivered on 1 March 2026."
CANCEL = "Cancel ORD005 (2 x Potato Chips, €12.99)?"
CANCELLED = "ORD005 is cancelled, and your €12.99 is on its way back."
SUBSCRIBE = "Deliver 2 x Amul Milk 1L every week on Friday, first on 6 March 2026, for €2.40 each time?"
OPENED = "I have opened refund REF001 of €1,299.00 for ORD004."
REFUSED = "Refund REF001 of €12.99 for ORD004 was not approved."
CHECKED = "Refund REF001 of €12.99 for ORD004 is being checked."
PENDING = "Your bank has not confirmed the payment for ORD001 yet."
SKIP = "Skip 27 November 2026 for SUB002?"
UNCHARGED = "ORD005 is cancelled. You will not be charged."
WALLET = "Your wallet holds €20.00, and that agrees with every entry in our books."
STOCK = "Potato Chips costs €1.20 and is out of stock at the moment."

HONEST = [
    (STATUS, "Tu pedido ORD001 (Potato Chips) se hizo el 2 de marzo de 2026 y está en camino."),
    (STATUS, "आपका ऑर्डर ORD001 (Potato Chips) 2 मार्च 2026 को दिया गया था और रास्ते में है।"),
    (STATUS, "Aapka order ORD001 (Potato Chips) 2 March 2026 ko diya gaya tha aur raste mein hai."),
    (STATUS, "Your order ORD001 (Potato Chips), placed on March 2, 2026, is on its way."),
    (DELIVERED, "Tu pedido ORD004 (Amul Milk 1L) se entregó el 1 de marzo de 2026: fue entregado."),
    (DELIVERED, "आपका ऑर्डर ORD004 (Amul Milk 1L) 1 मार्च 2026 को डिलीवर हुआ।"),
    (DELIVERED, "ORD004 (Amul Milk 1L) llegó el 01/03/2026."),
    (CANCEL, "¿Cancelar ORD005 (2 x Potato Chips, 12,99 €)?"),
    (CANCEL, "¿Quiere cancelar el pedido ORD005 (2 Potato Chips, €12.99)?"),
    (CANCEL, "क्या ORD005 (2 x Potato Chips, €12.99) रद्द करें?"),
    (CANCEL, "Kya ORD005 (2 Potato Chips, €12.99) cancel karna hai?"),
    (CANCELLED, "ORD005 está cancelado, y sus 12,99 € están en camino de vuelta."),
    (CANCELLED, "ORD005 रद्द कर दिया गया है, और आपके €12.99 वापस आ रहे हैं, रास्ते में हैं।"),
    (SUBSCRIBE, "¿Entregar 2 x Amul Milk 1L cada semana, el viernes, desde el 6 de marzo de 2026, por 2,40 €?"),
    (SUBSCRIBE, "हर हफ्ते शुक्रवार को 2 x Amul Milk 1L, पहली बार 6 मार्च 2026 को, हर बार €2.40 में भेजें?"),
    (OPENED, "He abierto el reembolso REF001 de 1.299,00 € para ORD004."),
    (OPENED, "ORD004 के लिए €1,299.00 का रिफंड REF001 खोल दिया है।"),
    (REFUSED, "El reembolso REF001 de €12.99 para ORD004 no fue aprobado."),
    (REFUSED, "El reembolso REF001 de €12.99 para ORD004 no se aprobó: fue rechazado."),
    (REFUSED, "ORD004 के लिए €12.99 का रिफंड REF001 स्वीकृत नहीं हुआ।"),
    (CHECKED, "El reembolso REF001 de €12.99 para ORD004 se está revisando."),
    (PENDING, "Tu banco aún no ha confirmado el pago de ORD001."),
    (PENDING, "आपके बैंक ने अभी ORD001 के भुगतान की पुष्टि नहीं की है।"),
    (SKIP, "¿Omitir el 27 de noviembre de 2026 para SUB002?"),
    (SKIP, "SUB002 के लिए 27 नवंबर 2026 छोड़ें?"),
    (UNCHARGED, "ORD005 está cancelado. No se le cobrará nada."),
    (WALLET, "Tu monedero tiene €20.00, y eso coincide con cada apunte de nuestros libros."),
    (STOCK, "Potato Chips cuesta 1,20 € y no está disponible en este momento."),
    ("Hello Asha! What can I do for you?", "¡Hola, Asha! ¿En qué puedo ayudarle?"),
    ("Hello Asha! What can I do for you?", "नमस्ते Asha! मैं आपकी क्या मदद कर सकता हूँ?"),
    ("Which order do you mean?", "¿A qué pedido se refiere?"),
    ("1. ORD001: Potato Chips, on its way, ordered on 2 March 2026",
     "1. ORD001: Potato Chips, enviado, pedido el 2 de marzo de 2026"),
    ("You will be told as soon as it is decided.", "Le avisaremos en cuanto se decida."),
    ("There is nothing that waits for your yes.", "No hay nada pendiente de su sí."),
    ("Send ORD005 to Gartenweg 1, 10115 Berlin, DE?", "¿Enviar ORD005 a Gartenweg 1, 10115 Berlin, DE?"),
    ("I am sorry about that.", "Lo siento mucho."),
    ("I have passed our conversation to a colleague, who will get back to you.",
     "He pasado nuestra conversación a un compañero, que se pondrá en contacto con usted."),
    ("I have passed our conversation to a colleague, who will get back to you.",
     "मैंने हमारी बातचीत एक सहकर्मी को सौंप दी है, जो आपसे संपर्क करेंगे।"),
    ("I am not sure that I understand.", "No estoy seguro de haber entendido."),
    ("I am not sure that I understand.", "मुझे पक्का समझ नहीं आया।"),
    ("Is it about an order, a refund, a subscription or a payment?",
     "¿Se trata de un pedido, un reembolso, una suscripción o un pago?"),
    ("Is it about an order, a refund, a subscription or a payment?",
     "क्या यह किसी ऑर्डर, रिफंड, सब्सक्रिप्शन या भुगतान के बारे में है?"),
    ("I need a plain yes or no for this: Cancel ORD007 (Potato Chips, €12.99)?",
     "Necesito un sí o un no claro para esto: ¿cancelar ORD007 (Potato Chips, €12.99)?"),
    ("Please add a photo that shows what is wrong with Potato Chips, or say that you have none.",
     "Añada una foto que muestre qué le pasa a Potato Chips, o diga que no tiene ninguna."),
    ("What is wrong with ORD004 (Amul Milk 1L)?", "¿Qué problema hay con ORD004 (Amul Milk 1L)?"),
    ("What is wrong with ORD004 (Amul Milk 1L)?", "ORD004 (Amul Milk 1L) में क्या खराबी है?"),
    ("Open a refund of €12.99 for Potato Chips from ORD005, damaged?",
     "¿Abrir un reembolso de 12,99 € por Potato Chips de ORD005, dañado?"),
    ("Open a refund of €12.99 for Potato Chips from ORD005, damaged?",
     "ORD005 के Potato Chips (टूटे हुए) के लिए €12.99 का रिफंड खोलें?"),
    ("SUB001: Amul Milk 1L, every week on Friday, active, next delivery on 6 March 2026.",
     "SUB001: Amul Milk 1L, cada semana los viernes, activa, próxima entrega el 6 de marzo de 2026."),
    ("Your account is CUST001, Asha, asha@mail.example.", "Su cuenta es CUST001, Asha, asha@mail.example."),
    ("What would you like delivered regularly?", "¿Qué le gustaría recibir regularmente?"),
    ("ORD001 is paid: we have your €12.99 under PAY-ORD001.",
     "ORD001 está pagado: tenemos sus €12.99 con la referencia PAY-ORD001."),
    ("ORD001 is paid: we have your €12.99 under PAY-ORD001.",
     "ORD001 का भुगतान हो गया है: आपके €12.99 PAY-ORD001 के तहत मिले।"),
    ("You have no order that can still be cancelled: only orders that are not on their way yet can be.",
     "No tiene ningún pedido que aún se pueda cancelar: solo los que todavía no están en camino."),
    ("I have not done this: Cancel ORD007 (Potato Chips, €12.99).",
     "No he hecho esto: cancelar ORD007 (Potato Chips, €12.99)."),
    ("SUB001 is cancelled; nothing more will be delivered.", "SUB001 está cancelada; no se entregará nada más."),
    ("SUB001 is cancelled; nothing more will be delivered.", "SUB001 रद्द कर दी गई है; अब कुछ भी डिलीवर नहीं होगा।"),
    (SKIP, "¿Omitir el día 27 de noviembre de 2026 para SUB002?"),
    ("SUB004: Whey Protein, every month on the 31st", "SUB004: Whey Protein, cada mes el día 31"),
    ("Your wallet holds €20.00, as our books say.", "आपके वॉलेट में €20.00 हैं, जैसा हमारे खाते कहते हैं।"),
    ("Order ORD005 is cancelled.", "ऑर्डर ORD005 रद्द हो चुका है।"),
    ("What would you like delivered regularly?", "आप नियमित रूप से क्या मँगवाना चाहेंगे?"),
    ("I cannot change anything of anybody else's.", "No puedo cambiar nada de otra persona."),
    ("You are welcome.", "De nada."), ("You are welcome.", "आपका स्वागत है।"),
    ("Cancel ORD005 and have €12.99 paid back the way you paid?",
     "ORD005 रद्द करें और €12.99 उसी तरीके से वापस पाएँ जिससे आपने भुगतान किया था?"),
    ("Cancel ORD005 and have €12.99 paid back the way you paid?",
     "ORD005 cancel karein aur €12.99 usi tarike se wapas payein jaise aapne payment kiya tha?"),
    ("I have no photo", "No tengo foto"), ("I want a refund", "Quiero un reembolso"),
    ("Talk to a person", "Hablar con una persona"), ("It is damaged", "Está dañado"),
    ("Something is missing", "Falta algo"), ("I changed my mind", "He cambiado de opinión"),
    ("It is the wrong item", "No es el artículo correcto"), ("Where is my order?", "¿Dónde está mi pedido?"),
    ("Subscribe to Amul Milk 1L", "Suscribirme a Amul Milk 1L"), ("How is REF001 going?", "¿Cómo va REF001?"),
    ("Talk to a person", "किसी व्यक्ति से बात करें"), ("I want a refund", "मुझे रिफंड चाहिए"),
    ("Talk to a person", "Kisi vyakti se baat karein"), ("Where is my order?", "Mera order kahan hai?"),
]  # fmt: skip

LIES = [
    # amounts, numbers, currencies
    (CANCELLED, "ORD005 está cancelado, y sus 129,90 € están en camino de vuelta.", "129.9"),
    (CANCELLED, "ORD005 está cancelado, y sus $12.99 están en camino de vuelta.", "USD"),
    (WALLET, "Tu monedero tiene quinientos euros, y eso coincide.", "500"),
    (WALLET, "आपके वॉलेट में €20.00 और ₹५०० हैं।", "500"),
    (CANCEL, "¿Cancelar ORD005 (3 x Potato Chips, €12.99)?", "3"),
    (OPENED, "He abierto el reembolso REF001 de €1,29 para ORD004.", "1.29"),
    (STATUS, "Tu pedido ORD001 (Potato Chips) está en camino con un 10 % menos.", "percent"),
    (CANCEL, "¿Cancelar ORD005 (2 x Potato Chips, €12.99, le quedan 2 €)?", "EUR 2"),
    (CANCEL, "¿Cancelar ORD005 (2 € x Potato Chips, 12.99)?", "EUR 2"),
    # dates
    (STATUS, "Tu pedido ORD001 (Potato Chips) se hizo el 3 de marzo de 2026 y está en camino.", "03-03"),
    (DELIVERED, "ORD004 (Amul Milk 1L) se entregó el 2026-04-01.", "04-01"),
    (SKIP, "SUB002 के लिए 4 दिसंबर 2026 छोड़ें?", "12-04"),
    (SUBSCRIBE, "¿Entregar 2 x Amul Milk 1L cada mes, el viernes, desde el 6 de marzo de 2026, por €2.40?", "month"),
    (SUBSCRIBE, "¿Entregar 2 x Amul Milk 1L cada semana, el lunes, desde el 6 de marzo de 2026, por €2.40?", "monday"),
    (STATUS, "Tu pedido ORD001 llegará mañana.", "tomorrow"),
    # ids, names, addresses
    (DELIVERED, "Tu pedido ORD900 (Amul Milk 1L) se entregó el 1 de marzo de 2026.", "ORD900"),
    (CANCEL, "¿Cancelar ORD005 (2 x Whey Protein, €12.99)?", "Whey Protein"),
    (STATUS, "Tu pedido ORD001 (Potato Chips) lo lleva Correos y está en camino.", "Correos"),
    (STATUS, "आपका ऑर्डर ORD001 (Potato Chips) FedEx के साथ रास्ते में है।", "FedEx"),
    (CHECKED, "El reembolso REF001 se revisa; escriba a ayuda@tienda.example.", "ayuda@tienda.example"),
    (CHECKED, "El reembolso REF001 se revisa en www.tienda.example/pagos ahora.", "www.tienda.example/pagos"),
    (CHECKED, "El reembolso REF001 se revisa en tienda.com ahora.", "tienda.com"),
    (CHECKED, "El reembolso REF001 se revisa; llame al +34 600 123 456.", "600"),
    # statuses
    (CHECKED, "El reembolso REF001 de €12.99 para ORD004 está aprobado.", "approved"),
    (CHECKED, "Your refund REF001 of €12.99 for ORD004 is approved.", "approved"),
    (CHECKED, "ORD004 के लिए €12.99 का रिफंड REF001 मंज़ूर हो गया।", "approved"),
    (CHECKED, "ORD004 ke liye €12.99 ka refund REF001 manzoor ho gaya.", "approved"),
    (REFUSED, "El reembolso REF001 de €12.99 para ORD004 fue aprobado.", "approved"),
    (CHECKED, "El reembolso REF001 de €12.99 para ORD004 ya fue pagado.", "paid"),
    (STATUS, "Tu pedido ORD001 (Potato Chips) fue entregado el 2 de marzo de 2026.", "delivered"),
    (CANCEL, "ORD005 (2 x Potato Chips, €12.99) está cancelado. ¿Algo más?", "cancelled"),
    (CANCEL, "ORD005 (2 x Potato Chips, €12.99) रद्द कर दिया गया है?", "cancelled"),
    (CANCEL, "¿Pausar ORD005 (2 x Potato Chips, €12.99)?", "pause"),
    (SKIP, "SUB002 pausada desde el 27 de noviembre de 2026", "paused"),
    (SKIP, "Hecho: 27 de noviembre de 2026, SUB002.", "done"),
    (UNCHARGED, "ORD005 está cancelado. Se le cobrará.", "charged"),
    (PENDING, "Tu banco ha confirmado el pago de ORD001.", "confirmed"),
    (OPENED, "He abierto el reembolso REF001 de €1,299.00 para ORD004 y se lo han devuelto.", "refunded"),
    # promises
    (STATUS, "ORD001 está en camino y le reembolsaremos el importe.", "to be paid"),
    (STATUS, "ORD001 is on its way and you will get your money back.", "to be paid"),
    (STATUS, "ORD001 रास्ते में है, और आपको पैसे वापस मिलेंगे।", "to be paid"),
    (STATUS, "ORD001 está en camino, garantizado.", "guarantee"),
    (STATUS, "ORD001 está en camino, con un regalo.", "free"),
    (STATUS, "ORD001 está en camino, y tiene un descuento.", "discount"),
    (STATUS, "ORD001 रास्ते में है, और आपको मुआवज़ा मिलता है।", "compensation"),
    (STATUS, "ORD001 रास्ते में है, बिल्कुल मुफ्त।", "free"),
    ("I am sorry about that.", "Lo siento, le haremos un reembolso.", "refund"),
    ("I am sorry about that.", "Lo siento, no podemos ayudarle.", "a denial"),
    ("I am sorry about that.", "Lo siento. " + "Hablaremos con quien haga falta. " * 3, "much more"),
    ("I am sorry about that.", "Lo siento <b>mucho</b>", "<"),
    ("I am sorry about that.", "Lo siento \u202eoguj", "\u202e"),
    (STATUS, "ORD001 (Potato Chips) está en camino. Un compañero se ocupa.", "person"),
    (STATUS, "ORD001 (Potato Chips) रास्ते में है। हम फोन करेंगे।", "contact"),
    (CHECKED, "El reembolso REF001 de €12.99 para ORD004: el dinero ya está en su cuenta.", "account"),
]  # fmt: skip

LOSSES = [
    (STATUS, "Tu pedido (Potato Chips) se hizo el 2 de marzo de 2026 y está en camino.", "ORD001"),
    (STATUS, "Tu pedido ORD001 se hizo el 2 de marzo de 2026 y está en camino.", "Potato Chips"),
    (STATUS, "Tu pedido ORD001 (Potato Chips) está en camino.", "03-02"),
    (STATUS, "Tu pedido ORD001 (Potato Chips) se hizo el 2 de marzo y está en camino.", "2026"),
    (CANCEL, "¿Cancelar ORD005 (Potato Chips, €12.99)?", "2"),
    (CANCEL, "¿Cancelar ORD005 (2 x Potato Chips)?", "12.99"),
    (CANCEL, "¿Cancelar ORD005 (2 x Potato Chips, 12.99)?", "EUR"),
    (CANCEL, "Cancelar ORD005 (2 x Potato Chips, €12.99).", "?"),
    (CANCEL, "¿Qué le parece ORD005 (2 x Potato Chips, €12.99)?", "cancel"),
    (SUBSCRIBE, "¿Entregar 2 x Amul Milk 1L, desde el 6 de marzo de 2026, por €2.40?", "friday"),
    (REFUSED, "El reembolso REF001 de €12.99 para ORD004.", "a denial"),
    ("Send ORD005 to Gartenweg 1, 10115 Berlin, DE?", "¿Enviar ORD005 a Gartenweg 1, 10115 París, DE?", "Berlin"),
    ("Hello Asha! What can I do for you?", "¡Hola! ¿En qué puedo ayudarle?", "Asha"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "reply"), HONEST)
def test_an_honest_wording_passes(template: str, reply: str) -> None:
    assert faults(reply, template, PRODUCTS) == []


@pytest.mark.parametrize("template", [STATUS, CANCEL, SUBSCRIBE, OPENED, REFUSED, WALLET, STOCK])
def test_the_reply_itself_passes(template: str) -> None:
    assert faults(template, template, PRODUCTS) == []


@pytest.mark.parametrize(("template", "reply", "lie"), LIES)
def test_a_wording_that_says_more_is_found_out(template: str, reply: str, lie: str) -> None:
    assert lie in unsupported(reply, template, PRODUCTS)


@pytest.mark.parametrize(("template", "reply", "lost"), LOSSES)
def test_a_wording_that_says_less_is_found_out(template: str, reply: str, lost: str) -> None:
    assert lost in missing(reply, template, PRODUCTS)


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_no_other_amount_passes_in_any_notation(cents: int, other: int) -> None:
    amount, lie = Money(amount=cents, currency="EUR"), Money(amount=other, currency="EUR")
    template = f"I have opened refund REF001 of {amount} for ORD004."
    for said in (str(lie), str(lie)[1:].translate(str.maketrans(",.", ".,")) + " €", f"{lie.with_code()}"):
        reply = f"He abierto el reembolso REF001 de {said} para ORD004."
        assert bool(faults(reply, template)) is (cents != other)


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_no_other_date_passes(day: date, other: date) -> None:
    template = f"Skip {day.day} {day:%B %Y} for SUB002?"
    for said in (other.isoformat(), f"{other.day}/{other.month}/{other.year}" if other.day > 12 else other.isoformat()):
        assert bool(faults(f"¿Omitir el {said} para SUB002?", template)) is (day != other)
