"""What a message asks for, by its words. Pure."""

from __future__ import annotations

import re
from enum import StrEnum, auto
from typing import Final

from fincred.companion.coach.message import NAMED, simple
from fincred.companion.coach.terms import sentence_for, text_for


class Topic(StrEnum):
    """What a message is about, in the order in which it is tried: what concerns a person most, then the narrower
    question first."""

    CRISIS = auto()
    INSTRUCTIONS = auto()
    GAMBLING = auto()
    CANNOT_PAY = auto()
    JOB_LOST = auto()
    CHANGE = auto()
    AFFORD = auto()
    OTHERS = auto()
    DEBTS_OR_SAVINGS = auto()
    INVEST = auto()
    EXPLAIN_TERM = auto()
    PULSE = auto()
    EXPLAIN_PLAN = auto()
    OWE = auto()
    PAY_OFF = auto()
    NEXT_STEP = auto()
    WHEN = auto()
    PROGRESS = auto()
    MONEY = auto()
    SAVE_MORE = auto()
    NAMED_GOAL = auto()
    OTHER_TERM = auto()
    RUDE = auto()
    FEELING = auto()
    ABOUT_COACH = auto()
    ABILITIES = auto()
    THANKS = auto()
    FAREWELL = auto()
    GREETING = auto()
    UNKNOWN = auto()


_DEBT: Final = r"(?:debts?|loans?|credit cards?|cards?|mortgage|overdraft|creditors?|minimum payments?|minimums?)"
_BILL: Final = (
    rf"(?:{_DEBT}|rent|bills?|payments?|instal?lments?|electricity|energy|heating|food|groceries|tax(?:es)?"
    rf"|anything"
    r"|it|them|everything|this month)"
)
_PERSON: Final = (
    r"(?:wife|husband|partner|girlfriend|boyfriend|friends?|neighbou?rs?|brother|sister|mother|mum|mom"
    r"|father|dad|son"
    r"|daughter|boss|colleagues?|parents?|ex|flatmate|roommate)"
)
_GOAL: Final = rf"(?:{NAMED}|goals?)"

_WORDS: Final = {
    Topic.CRISIS: (
        r"suicid\w*|kill (?:myself|me)|end my life|end it all|(?:want|going|wish|like) to (?:die|be dead)"
        r"|(?:do not|dont|no longer) want to (?:live|be here|wake up)|(?:hurt|harm)(?:ing)? myself|self harm"
        r"|better off dead|no reason to live"
    ),
    Topic.INSTRUCTIONS: (
        r"(?:ignore|forget|disregard|override|bypass) .{0,40}\b(?:instructions?|rules?|prompts?|previous"
        r"|above|limits)"
        r"|system prompt|jailbreak|developer mode|you are now|pretend (?:to be|that|you)|do anything now"
        r"|your (?:instructions|prompt|rules)|act as (?:a|an|my|if)|database|api keys?|sql|admin"
    ),
    Topic.GAMBLING: r"gambl\w*|betting|casino|(?:addicted|addiction)",
    Topic.CANNOT_PAY: (
        rf"(?:cannot|could not|not able to|unable to|no money to|struggl\w+ to"
        rf"|not going to be able to) (?:even )?"
        rf"(?:pay|afford|cover|make|keep up with|manage)(?: (?:for|off|back|down|on|my|the|our|all|these"
        rf"|this|of|both"
        rf"|minimum|monthly|next|card|credit))* {_BILL}\b(?! (?:for|on|with) (?:an?|{NAMED}))"
        rf"|behind (?:on|with) (?:my |the |our |all )*{_BILL}"
        r"|miss(?:ed|ing)? (?:my |a |the |an? )?(?:\w+ )?(?:payments?|instal?lments?|rent)"
        r"|debt collect\w+|collectors?|bailiffs?|collections agency|final (?:notice|demand)|evict\w*|bankrupt\w*"
        r"|insolven\w+|foreclos\w+|repossess\w*|drowning in|(?:too much|so much|buried in"
        r"|over my head in) debts?"
        r"|payday loans?|in arrears"
    ),
    Topic.JOB_LOST: (
        r"(?:lost|losing|lose) (?:my|the|a|our) (?:job|work|income)"
        r"|(?:i|we|me) (?:was|were|got|get|am|are|have been|been|might be|will be|being) (?:\w+ )?(?:fired"
        r"|sacked"
        r"|laid off|let go)|laid off|made redundant|redundancy|unemployed|no (?:job|income|salary)"
    ),
    Topic.CHANGE: (
        r"(?:add|create|delete|remove|cancel|pause|resume|rename|edit|change|update|close|reset)"
        r"(?: (?:a|an|the|my|me|all|this|that|new|another|one|of|existing))*"
        rf" (?:{NAMED}|goals?|income|salary|expenses?|debts?|loans?|account|password|e ?mail|plans?"
        rf"|check ?ins?|name"
        r"|currency|data|profile|savings|pulse|notifications?|reminders?)"
        r"|(?:transfer|send|move|withdraw|deposit) (?:\S+ ){0,3}(?:to|from|into|money)"
        r"|(?:set|make) (?:up )?(?:me )?(?:a|an|another) (?:new )?goal|passwords?"
    ),
    Topic.AFFORD: (
        r"afford\w*|(?:can|could|should|may) (?:i|we) (?:also |still |just |even )?(?:buy|spend|purchase"
        rf"|pay(?! (?:off|back|down|my|the|our|all|more|extra|less|{_DEBT})\b)|get (?:an?|the|myself))"
        r"|enough (?:money )?(?:for|to)|too (?:expensive|much)|how much (?:money )?(?:can|could) (?:i"
        r"|we) (?:still )?spend"
        r"|(?:money|much|is) (?:do i have )?left|left over|to spend"
        r"|what (?:if|happens if|happens when) .{0,40}\b(?:rent|costs?|spend|bills?|rises?|goes up|expenses)"
    ),
    Topic.OTHERS: (
        rf"my {_PERSON} .{{0,30}}\b(?:doing|goals?|debts?|owes?|plan|progress|savings?|income|salary|money"
        rf"|earns?"
        r"|balance|streak|account|spend\w*)"
        r"|(?:other|another|someone elses?|somebody elses?|everyones?|every|all|any) (?:users?|persons?|peoples?"
        r"|customers?|accounts?)\b|(?:someone|somebody|everyone|everybody)(?: elses?)?|user \d+"
    ),
    Topic.DEBTS_OR_SAVINGS: (
        r"(?:debts?|loans?|cards?|pay\w* (?:\w+ )?off).{0,40}\b(?:or|before|first|versus|vs)\b"
        r".{0,40}\b(?:sav\w+|fund|invest\w*)"
        r"|(?:sav\w+|fund|invest\w*).{0,40}\b(?:or|before|first|versus|vs)\b"
        r".{0,40}\b(?:debts?|loans?|cards?|pay\w* (?:\w+ )?off)"
    ),
    Topic.INVEST: (
        r"invest\w*|stocks?|shares|stock market|crypto\w*|bitcoins?|ethereum|etfs?|index funds?"
        r"|mutual funds?|bonds?"
        r"|gold|forex|day trading|lottery"
    ),
    Topic.PULSE: (
        r"pulses?|feedback|how (?:was|did|went|is) (?:my|the|this|last) (?:last |past )?week(?: go)?|my mood"
        r"|my (?:last |past |latest )?week"
    ),
    Topic.EXPLAIN_PLAN: (
        rf"why .{{0,60}}\b(?:plans?|{_GOAL}|unrealistic|tight|comfortable|contribution|amount|reach\w*)"
        r"|why(?: not| so| though| is it| is that| like (?:this|that))?$|unrealistic|realistic"
        r"|(?:explain|understand|reasons? (?:for|of|behind)) (?:to me )?(?:my|the|this|that) plans?"
    ),
    Topic.OWE: (
        r"owe|owed|owing|(?:interest|loan|card|debt) (?:rates?|balances?)"
        r"|my (?:\w+ )?(?:interest|apr|minimums?|minimum payments?)"
        rf"|how (?:much|big|high|many) (?:is|are|do i have in|debts?|loans?)?(?: (?:of|my|the|total|in|all"
        rf"|do|have|i))*"
        rf" ?{_DEBT}|(?:list|show|see|what are|what is|total|all)(?: (?:me|all|of|my|the|total))* {_DEBT}"
    ),
    Topic.PAY_OFF: (
        r"debts?|indebted|loans?|credit cards?|pay\w* (?:\w+ ){0,3}(?:off|down|back)|interest|avalanche|snowball"
        r"|mortgage|creditors?|lenders?|overdraft"
    ),
    Topic.NEXT_STEP: (
        r"what (?:should|shall|do|can|could|must) (?:i|we)(?: have to| need to)? (?:do|pay|start|begin|focus)"
        r"|what now|what is next|what next|next (?:step|payment|thing|move|transfer|instal?lment|due|action)"
        r"|(?:and )?next$|what to do|to do (?:now|next|today)|todo|(?:where|how) (?:do|should|can) (?:i"
        r"|we) (?:start|begin)"
        r"|when .{0,40}\b(?:pay|due|payment|transfer)|(?:payment|pay|is|are|anything) due|anything to (?:pay|do)"
        r"|how much (?:do|should|must|shall) (?:i|we) .{0,15}\b(?:pay|transfer|put|save|set aside)"
    ),
    Topic.WHEN: (
        rf"when (?:will|can|do|would|am|is|are) (?:i|we|my|it|{_GOAL})\b.{{0,40}}"
        r"|how (?:long|soon)|how many (?:months|weeks|years)|by when"
    ),
    Topic.PROGRESS: (
        rf"how (?:am|are) (?:i|we|my|things)|how (?:is|are|was) (?:it|things|everything|{NAMED}|my"
        rf"|the) ?(?:\w+ )?"
        rf"(?:going|doing|looking|coming|{_GOAL}|money|finances|progress)|how (?:is|are) {NAMED}|progress"
        rf"|on track"
        r"|on pace|streak|how far|my goals?|dashboard|status|(?:am|are) (?:i|we) (?:\w+ )?(?:doing|behind"
        r"|ahead|late"
        r"|ok|okay|good|fine|safe|winning)|(?:have|did) (?:i|we) saved?|saved so far|milestones?"
        r"|much .{0,20}\bsaved"
        r"|overview"
    ),
    Topic.MONEY: (
        r"net worth|my (?:total |monthly )?(?:income|salary|expenses?|surplus|savings?|money|finances"
        r"|balance|assets"
        r"|wealth|snapshot)|how much (?:money )?(?:do|have|did) (?:i|we) (?:have|earn|make|got|spend)"
        r"|am i (?:rich|poor)"
    ),
    Topic.SAVE_MORE: (
        r"(?:save|saving) (?:some |more |any )?(?:money|more|better|faster|up)|how (?:do|can|should|could"
        r"|to) ?(?:i|we)?"
        r" sav\w+|budget\w*|spend less|spending less|cut (?:costs|spending|expenses|down)|live on less"
    ),
    Topic.NAMED_GOAL: NAMED,
    Topic.OTHER_TERM: r"what (?:do|does) .{0,60}\bmean|defin\w+|meaning of|explain|terms?",
    Topic.FEELING: (
        r"(?<!not )(?<!no )(?:scared|afraid|fear\w*|frightened|terrified|anxious|anxiety|worr(?:y|ied|ies"
        r"|ying)|stress\w*"
        r"|overwhelm\w*|panic\w*|hopeless|helpless|ashamed|embarrassed|guilty|sad|depress\w*|cry(?:ing)?"
        r"|desperate|lonely"
        r"|giv(?:e|ing) up|exhausted|drowning|failure|failing|nervous|frustrat\w*|miserable|unhappy|upset"
        r"|struggling"
        r"|hard time|bad day|tired|worthless)|(?:am|are|feel|feeling) (?:\w+ )?(?:broke|lost|low|down|bad"
        r"|awful|stupid"
        r"|useless|terrible)|cannot (?:sleep|cope|go on|take it|do this)|hate (?:this|money|myself|my life)"
    ),
    Topic.RUDE: (
        r"fuck (?:you|off|this)|idiot|bullshit|(?:you|this|this app|it) (?:are|is)(?: so| really| a| just"
        r"| all| utter)*"
        r" (?:stupid|useless|dumb|bad|wrong|rubbish|shit|crap|garbage|idiotic)|you suck|shut up|moron"
    ),
    Topic.ABOUT_COACH: (
        r"(?:who|what) are you|are you (?:\w+ )?(?:human|real|robot|bot|ai|person|chatgpt|computer|alive)"
        r"|how are you|your name|chatgpt|do you (?:remember|know|store|keep|see|tell)"
    ),
    Topic.ABILITIES: r"help|what can (?:you|i ask)|abilities|menu|how does (?:this|it) work|what do you do",
    Topic.THANKS: (
        r"thanks?|thank you|cheers|merci|gracias|danke|grazie|obrigad[oa]|great|cool|nice|perfect|awesome"
        r"|ok|okay|good"
        r"|wonderful|super|yay|yes|yep|no|nope"
    ),
    Topic.FAREWELL: r"bye|goodbye|good night|see you|ciao|tschüss|adios",
    Topic.GREETING: (
        r"hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|hola|bonjour|hallo|salut|moin|servus|yo"
        r"|greetings"
        r"|namaste|salam|ola|olá"
    ),
}
_PATTERNS: Final = {topic: re.compile(rf"\b(?:{words})(?!\w)") for topic, words in _WORDS.items()}
_SAD_FACES: Final = frozenset("😢😭😞😔😟😰😨😱💔😩😫😥😓☹🥺😖😣")
_GLAD_FACES: Final = frozenset("👍🙏❤😊🎉🥳💪😀😃😄😁🙂😍")
_ADDRESS: Final = re.compile(r"\S@\S")


def topic_of(message: str) -> Topic:
    """The narrowest topic whose words the message has; each name of a goal in it reads `NAMED`."""
    text = simple(message)
    for topic in Topic:
        if topic is Topic.EXPLAIN_TERM:
            found = (text_for(text) or sentence_for(text)) is not None
        elif topic is Topic.OTHERS and _ADDRESS.search(message):
            found = True
        elif topic in _PATTERNS:
            found = _PATTERNS[topic].search(text) is not None
        else:
            continue
        if found and not (topic is Topic.AFFORD and _asks_for_advice(text)):
            return topic
    return _topic_of_pictures(message)


def _asks_for_advice(text: str) -> bool:
    """Whether what sounds like a purchase is one of investments, or the question is which goes first."""
    if _PATTERNS[Topic.DEBTS_OR_SAVINGS].search(text):
        return True
    return _PATTERNS[Topic.INVEST].search(text) is not None and "afford" not in text


def is_troubled(message: str) -> bool:
    """Whether the message says, besides what it asks, that the person feels bad."""
    return bool(_PATTERNS[Topic.FEELING].search(simple(message))) or not _SAD_FACES.isdisjoint(message)


def _topic_of_pictures(message: str) -> Topic:
    if not _SAD_FACES.isdisjoint(message):
        return Topic.FEELING
    return Topic.UNKNOWN if _GLAD_FACES.isdisjoint(message) else Topic.THANKS
