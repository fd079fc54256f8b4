"""The words that speak of codes and links, in many languages, as `folded` gives them."""

from __future__ import annotations

import re
import unicodedata

CODE = (
    r"(?<![\w-])(?:one[- ]time |verification |security |login |log-in |sign[- ]in |access |confirmation |authentication |auth "
    r"|temporary |passcode|pass code|2fa |two[- ]factor |mfa |sms |email |magic )?(?:code|passcode|pin|otp|totp|tan|token"
    r"|password|passwort|kennwort)s?(?![\w-])"
    r"|verification code|one-time|onetime|\w*(?:bestatigungs|sicherheits|verifizierungs|anmelde|zugangs|einmal|freischalt"
    r"|aktivierungs|login|zugriffs)(?:code|passwort|kennwort|pin|kode)\w*"
    r"|codigos?(?!\w)|clave(?!\w)|contrasena|codice|codici|\w*codes?(?= (?:de|d'|unique|secret|a usage))|mot de passe"
    r"|senha|palavra-passe|wachtwoord|\w*(?:verificatie|beveiligings|toegangs|inlog|bevestigings)code"
    r"|kod\w*(?!\w)|haslo|\w*(?:verifierings|sakerhets|engangs|inloggnings|bekraftelse)kod|losenord"
    r"|\w*(?:bekreftelses|sikkerhets|engangs|verifiserings|bekraeftelses|sikkerheds|aktiverings|adgangs|pinko)?kode[nr]?(?!\w)"
    r"|adgangskode|passord|\w*koodi\w*|\w*tunnus(?:luku|koodi)|salasana|kody?(?!\w)|overovaci\w*|jednorazov\w*"
    r"|\w*kod(?:ja|od|ot|unk)?(?!\w)|jelszo|cod(?:ul)?(?!\w)|parola|sifre\w*|onay kodu|dogrulama\w*"
    r"|ma xac (?:nhan|minh)|ma otp|ma bao mat|(?<!\w)ma(?= (?:cua|dang nhap|xac))|kata sandi|sandi|verifikasi"
    r"|код\w*|пароль|пароля|κωδικ\w*"
    r"|コード|認証番号|確認番号|暗証番号|ワンタイム|パスワード|验证码|驗證碼|校验码|校驗碼|动态码|動態碼|动态密码|确认码|確認碼|口令|密码|密碼"
    r"|安全码|安全碼|登录码|授权码|验证代码|인증번호|인증 ?코드|확인 ?코드|코드|비밀번호|보안 ?코드|รหัส\w*|رمز|كود|الرمز|كلمة المرور|קוד\w*|סיסמה|סיסמת"
    r"|कोड|ओटीपी|पासवर्ड|কোড|குறியீடு|kod(?:as|u)(?!\w)|kods(?!\w)|шифр|kodi(?!\w)|шифра|lozinka"
)
"""What names a code."""

AGAINST = (
    r"(?<!\w)(?:order|invoice|booking|reservation|ticket|tracking|shipment|parcel|package|customer|client|account|acct"
    r"|member(?:ship)?|case|incident|reference|ref|flight|gate|seat|room|suite|floor|policy|contract|receipt|transaction"
    r"|payment|card(?: ending)?|ending in|ending with|iban|bic|vat|tax|serial|model|part|sku|item|product|article|version"
    r"|build|release|issue|pull request|commit|zip|postal|postcode|p\.?o\.? box|street|avenue|road|extension|ext|meeting id"
    r"|webinar id|conference|dial[- ]in|promo|promotion|discount|coupon|voucher|gift|referral|offer|save|deal|sale|error"
    r"|status|exit|area|country|dress|source|bar|qr|color|colour|copyright|since|est|page|paragraph|section|chapter"
    r"|registration no|company no|donation|registered|employee|student|patient|claim|permit|license|licence|batch|lot)"
    r"(?:'s|s)?(?: (?:id|no|nr|code|number|is|confirmation|reference))*(?!\w)"
    r"|\w*(?:bestell|rechnungs?|auftrags?|kunden|sendungs?|buchungs?|vorgangs?|ticket|konto|vertrags?|mitglieds?|artikel"
    r"|lieferungs?|paket|referenz|personal|steuer|gutschein|rabatt|aktions)(?:nummer|nr|code|kennung|id|ung)?\w*"
    r"|postleitzahl|plz|hausnummer|strasse"
    r"|pedido|factura|reserva|cliente|cuenta|envio|seguimiento|descuento|cupon|codigo postal|referencia"
    r"|commande|facture|reservation|compte|suivi|colis|remise|reduction|code postal|code promo"
    r"|ordine|fattura|prenotazione|conto|spedizione|sconto|buono|encomenda|fatura|conta|rastreio|desconto|cupom"
    r"|bestelling|bestelnummer|factuur|boeking|klant\w*|rekening|zending|korting\w*|kortingscode|zamowieni\w*|faktura"
    r"|rezerwacj\w*|klient\w*|przesylk\w*|rabat\w*|bestallning\w*|ordernummer|kundnummer|faktur\w*|leverans|spar"
    r"|tilaus\w*|lasku\w*|objednavk\w*|rendeles\w*|szamla\w*|comand\w*|siparis\w*|kargo|indirim|don hang|hoa don|pesanan"
    r"|заказ\w*|счет\w*|номер (?!телефон)\w+|клиент\w*|доставк\w*|скидк\w*|промокод\w*|замовленн\w*|рахунок|παραγγελι\w*"
    r"|注文|請求|予約|伝票|追跡|お客様番号|会員番号|订单|訂單|发票|發票|预订|運單|运单|快递|优惠|優惠|会员|客户|주문|송장|예약|운송장|쿠폰|회원"
    r"|طلب|فاتورة|הזמנה|חשבונית|קופון|आदेश|ऑर्डर|चालान|คำสั่งซื้อ|ใบแจ้งหนี้"
)
"""What names another number: of an order, a customer, a discount …"""

MONTHS = (
    r"(?<!\w)(?:jan(?:uary|uar|vier|eiro)?|feb(?:ruary|ruar)?|fev\w*|mar(?:ch|s|zo|co)?|apr(?:il|ile)?|abril|avril|may|mai|maj|mayo"
    r"|june?|juni|juin|junio|july?|juli|juillet|julio|aug(?:ust)?|aout|agosto|sept?(?:ember)?|octo?(?:ber)?|okt(?:ober)?"
    r"|octubre|nov(?:ember|embre|iembre)?|dec(?:ember)?|dez(?:ember)?|dicembre|diciembre)(?!\w)|月|年|월|년|©|\(c\)"
)

SENTENCE = r"(?:is|ist|es|est|e|lautet|to|with|use|enter|:|使用|は|是|:)\s*\Z"
"""How a sentence leads up to a code."""


ACTION = (
    # what a button says, folded; the beginning of a word is enough
    "confirm|verif|activat|reset|sign in|signin|sign-in|log in|login|log me in|magic|accept|join|approve|authori[sz]e"
    "|set (?:a |your |up )?(?:new )?password|choose (?:a |your )?(?:new )?password|create (?:a |your )?(?:new )?password"
    "|change (?:my |your )?password|new password|complete|continue|get started|finish|pay now|pay invoice|make payment"
    "|claim|validate|restore|recover|unlock|allow|grant|click here|tap here|open link|respond|redeem|enable|secure my"
    "|bestatig|aktivier|zurucksetz|anmeld|einlogg|passwort|freischalt|annehmen|zustimm|bezahl|fortfahr|abschlie"
    "|confirme|confirmar|verifi|activer|activar|reinitialis|restablec|mot de passe|contrasena|se connecter|connexion"
    "|iniciar sesion|acceder|accepter|aceptar|rejoindre|unirse|payer|pagar|continuar|continuer|valider|restaurar"
    "|conferma|attiva|reimposta|accedi|accetta|paga|password|redefinir|repor|senha|entrar|aceitar|ativar"
    "|bevestig|activeer|wachtwoord|inloggen|aanmelden|accepteer|betaal|herstel"
    "|potwierd|aktywuj|zresetuj|zaloguj|haslo|zaakceptuj|dolacz|bekrafta|aktivera|aterstall|logga in|losenord"
    "|bekreft|bekraeft|logg inn|log ind|adgangskode|passord|nulstil|tilbakestill|vahvista|aktivoi|kirjaudu|salasana"
    "|potvrd|potvrz|aktivovat|obnovit|prihlasit|heslo|megerosit|aktival|bejelentkez|jelszo|confirma|activeaza|parola"
    "|onayla|dogrula|etkinlestir|sifre|giris yap|kabul et|xac nhan|kich hoat|dat lai|dang nhap|mat khau|konfirmasi"
    "|verifikasi|atur ulang|masuk|kata sandi|подтверд|активир|сбросить|восстанов|войти|вход|пароль|принять|підтверд"
    "|увійти|скинути|επιβεβαι|ενεργοποι|συνδεση|κωδικ|επαναφορ|確認|認証|有効化|再設定|リセット|ログイン|サインイン|承認|登録|参加"
    "|确认|確認|验证|驗證|激活|啟用|启用|重置|重設|登录|登錄|登入|接受|加入|인증|확인|활성화|재설정|로그인|수락|참여|ยืนยัน|เข้าสู่ระบบ|รีเซ็ต"
    "|تأكيد|تاكيد|تفعيل|تسجيل الدخول|إعادة تعيين|אימות|אישור|אשר|התחבר|איפוס|पुष्टि|सत्यापित|लॉग इन|रीसेट"
)

UNSUBSCRIBE = (
    "unsubscri|opt[ -]?out|email preferences|notification settings|manage (?:your )?(?:email |notification )?preferences"
    "|manage (?:your )?subscription|abmeld(?:en|ung) vom|newsletter abbestell|abbestell|austrag|desabonn|desinscri"
    "|se desabonner|cancelar (?:la )?suscripcion|darse de baja|disiscri|annulla iscrizione|cancelar (?:a )?inscricao"
    "|descadastr|afmelden|uitschrijven|wypisz|zrezygnuj|avregistrera|avprenumerera|meld deg av|frameld|peruuta tilaus"
    "|odhlasit odber|leiratkoz|dezabon|abonelikten|huy dang ky|berhenti berlangganan|отписа|відписа|διαγραφ|配信停止|購読解除"
    "|登録解除|退订|取消订阅|取消訂閱|수신거부|구독 취소|ยกเลิกการรับ|إلغاء الاشتراك|הסר מרשימ|הסרה מרשימ|सदस्यता समाप्त"
)

VIEW = (
    "view (?:this )?(?:email |e-mail |message |it |online )*(?:in (?:your |a )?browser|online|on the web)|web version"
    "|im browser|online ansehen|webversion|dans (?:votre |le )?navigateur|version en ligne|en (?:el |tu |su )?navegador"
    "|version web|nel browser|no navegador|in (?:je |uw )?browser|w przegladarce|i (?:webblasaren|nettleseren|browseren)"
    "|в браузере|у браузері|ブラウザで|浏览器|瀏覽器|브라우저"
)

UNIT = (
    r"\s?(?:%|€|\$|£|¥|₹|usd|eur|gbp|chf|kr\b|zl|円|元|원|руб|₽|tl\b|mb\b|gb\b|kb\b|kg\b|km\b|px\b|min\b|minut|hour|hrs?\b"
    r"|sec|day|tage?\b|points?\b|punkte|credits?\b|miles\b|people|users?\b|members\b|times\b)"
)

MONEY = r"(?:[$€£¥₹]|usd|eur|gbp|chf|total|amount|betrag|summe|price|preis|importe|montant|金額)[\s:]*\Z"

PHONE = r"(?:\+|\(|tel|phone|fax|call|mobil|telefon|telefono|hotline|dial|whatsapp|sms to|電話|电话|전화)[^\w]*[\d\s()/.-]*\Z"

NUMBER_SIGN = r"(?:#|no\.?|nr\.?|num\.?|n°|nº|№|id|番号|号|number|nummer|numero)[\s:.]*\Z"


def pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of words that are written in small letters; accents do not count in it either."""
    return re.compile(_plain(text))


def folded(text: str) -> str:
    """Return text for comparing words: case and accents do not count, blanks are one."""
    return " ".join(_plain(text.casefold()).split())


_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss"})


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join([letter for letter in apart if not "\u0300" <= letter <= "\u036f"]))
