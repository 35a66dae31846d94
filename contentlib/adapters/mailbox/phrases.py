"""How mail programs of many languages introduce what they quote and what they pass on."""

import re

_FORWARDED = (
    "forwarded message",
    "begin forwarded message",
    "weitergeleitete (?:nachricht|e-?mail)",
    "anfang der weitergeleiteten nachricht",
    "(?:début du )?message transféré",
    "(?:inicio del )?mensaje reenviado",
    "(?:inizio )?messaggio inoltrato",
    "mensagem (?:re)?encaminhada",
    "(?:begin )?doorgestuurd bericht",
    "vidarebefordrat (?:meddelande|mejl)",
    "videresendt (?:besked|melding|mail)",
    "(?:wiadomość przekazana|przekazana wiadomość)",
    "(?:пересылаемое|переадресованное) сообщение",
    "転送されたメッセージ",
    "(?:转发的|已转发)邮件",
    "轉寄郵件",
    "전달된 메시지",
    "i̇?letilen (?:ileti|mesaj)",
)
_ORIGINAL = (
    "original[ -](?:message|appointment|nachricht)",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d['’]origine",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "ursprungligt meddelande",
    "originalmeddelande",
    "oprindelig (?:meddelelse|besked)",
    "opprinnelig melding",
    "alkuperäinen viesti",
    "(?:wiadomość oryginalna|oryginalna wiadomość)",
    "původní zpráva",
    "исходное сообщение",
    "原始(?:邮件|郵件)",
    "元のメッセージ",
    "원본 메시지",
    "orijinal mesaj",
)
_WROTE = (
    "wrote|schrieb|(?:a )?écrit|escribi[óo]|ha scritto|scrisse|schreef|escreveu|skrev"
    "|napisał(?:a|\\(a\\))?|pisze|napsala?|kirjoitti|a scris|yazdı"
)
_WROTE_LAST = "(?:на)?писал(?:а|\\(а\\))?|写道|寫道|님이 작성|のメール|şunu yazdı"
# The words before the day: on, am, le, el ... and the days where they come first.
_ON = (
    r"on|am|le|el|il(?: giorno)?|op|em|a \S+|den|på|pe|w dniu|dnia|dne|în|tr|ke|tors?|ons|fre|"
    r"l[øö]r|s[øö]n|man|mån|ti[rs]|ma|di|wo|do|vr|za|zo|lun|mar|mer|gio|ven|sab|dom|jeu|sam|dim|"
    r"mié|jue|vie|sáb"
)

FORWARDED = re.compile(rf"^[\s>*_\-–—=:]*(?:{'|'.join(_FORWARDED)})[\s:：*_\-–—=]*$", re.IGNORECASE)
ORIGINAL = re.compile(
    rf"^[\s>*_]*[-–—_=]{{2,}}\s*(?:{'|'.join(_ORIGINAL)})\s*[-–—_=]{{2,}}\s*$", re.IGNORECASE
)
# "On Tuesday Ann wrote:" in one line
ATTRIBUTION = re.compile(
    rf"^\s*(?:(?:{_ON})\b.{{4,300}}?\b(?:{_WROTE})\b.{{0,200}}"
    rf"|.{{4,300}}\b(?:{_WROTE})|.{{4,300}}(?:{_WROTE_LAST}))\s*[:：]\s*$",
    re.IGNORECASE,
)
FORWARDED_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?"
    r"(?:fwd|fw|wg|tr|rv|i|enc|doorst|vb|vl|pd|továbbítás|i̇?lt|πρθ|转发|轉寄|転送|전달)"
    r"\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)

# The names in the head of a quoted mail: who, when, and to whom or about what.
FROM = frozenset(
    (  # noqa: SIM905 - a list of words, not of one word a line
        "from von de da van fra från od lähettäjä от kimden feladó expéditeur remitente mittente "
        "发件人 寄件者 差出人 送信者 보낸사람"
    ).split()
)
WHEN = frozenset(
    (  # noqa: SIM905
        "sent date gesendet datum envoyé enviado fecha inviato data verzonden sendt dato skickat "
        "wysłano odesláno lähetetty отправлено дата gönderildi göndermetarihi tarih küldve "
        "päivämäärä 发送时间 日期 寄件日期 送信日時 日付 보낸날짜 날짜"
    ).split()
)
ABOUT = frozenset(
    (  # noqa: SIM905
        "to an à para a aan til till do vastaanottaja кому kime címzett 收件人 宛先 받는사람 "
        "subject betreff objet asunto oggetto assunto onderwerp emne ämne temat předmět aihe тема "
        "konu tárgy 主题 主旨 件名 제목"
    ).split()
)
