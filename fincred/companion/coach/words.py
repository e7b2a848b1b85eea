"""The words that each topic is known by. Pure: patterns of whole words, in lower case.

A line is one or several alternatives, a backslash at its end continues it, and words in capitals are lists:
`NAMED` is a goal's name, `GOAL` that or the word.
"""

from __future__ import annotations

import re
from typing import Final

from fincred.companion.coach.message import NAMED
from fincred.companion.coach.topics import Topic

LISTS: Final = {
    "NAMED": NAMED,
    "GOAL": rf"(?:{NAMED}|goals?)",
    "DEBT": r"""
        debts?|loans?|credit cards?|cards?|emis?|mortgage|overdraft|creditors?|minimum payments?|minimums?
    """,
    "BILL": r"""
        DEBT|rent|bills?|payments?|instal?lments?|electricity|energy|heating|food|groceries|tax(?:es)?
        anything|it|them|everything|this month
    """,
    "PERSON": r"""
        wife|husband|partner|girlfriend|boyfriend|friends?|neighbou?rs?|brother|sister|mother|mum|mom
        father|dad|son|daughter|boss|colleagues?|parents?|ex|flatmate|roommate
    """,
    # Before a word that is all that a message has: "my plan?", "show me the payments".
    "ALONE": r"^(?:(?:and|so|ok|please|hi|hey|hello|show|see|list|check|tell|give|me|us|my|our|the|all|of|about"
    r"|what|is|are|current) )*",
}

WORDS: Final = {
    Topic.CRISIS: r"""
        suicid\w*|kill (?:myself|me)|end my life|end it all|(?:want|going|wish|like) to (?:die|be dead)
        (?:do not|dont|no longer) want to (?:live|be here|wake up)|(?:hurt|harm)(?:ing)? myself
        self harm|better off dead|no reason to live|hate my life
        (?:(?:do not|no longer|cannot|does not|never) see|(?:is|there is|see) no) (?:the |a |any )?point\
            (?: (?:in|of) (?:anything|living|life|going on|it all|any of (?:it|this))| any ?more)
        (?:do not|no longer|cannot) see (?:the|a|any) point$|life is (?:not worth|pointless|over)
        cut(?:ting)? myself(?! (?:off|a|some|back|down|in))|no way out|overdos\w+
    """,
    Topic.HURT: r"""
        (?:PERSON|he|she|they) (?:\w+ )?(?:hits?|beats?|hurts?|chokes?|threatens?|abuses?) (?:me|us|my)
        (?:afraid|scared|frightened|terrified) of (?:my |the )?(?:PERSON|him|her)|domestic (?:violence|abuse)
        (?:am|being|was|were|get|got) (?:abused|beaten|threatened)|(?:is|are|gets?|was) (?:abusive|violent)
    """,
    Topic.INSTRUCTIONS: r"""
        (?:ignore|forget|disregard|override|bypass) .{0,40}\b(?:instructions?|rules?|prompts?|previous\
            |above|limits)
        system prompt|jailbreak|developer mode|you are now|pretend (?:to be|that|you)|do anything now
        your (?:instructions|prompt|rules)|act as (?:a|an|my|if)|database|api keys?|sql|admin
    """,
    Topic.CONTROLLED: r"""
        (?:PERSON|family|he|she|they) (?:controls?|takes?|took|steals?|stole|hides?\
            |keeps?) .{0,20}\b(?:my|our|the|all) \
            (?:\w+ )?(?:money|account|cards?|salary|wages|savings)
        (?:PERSON|family|he|she|they) (?:does not|doesnt|will not|never|do not|dont) (?:lets?|allows?\
            |gives?) me .{0,20}\bmoney
    """,
    Topic.GAMBLING: r"""
        gambl\w*|betting|casino|slot machines?
    """,
    Topic.SKIP: r"""
        (?:can|could|may|should|what if|happens if|want|need|have|going|allowed|ok(?:ay)?|think\w* (?:of|about))\
            (?: (?:i|we|to|just|also))* (?:skip(?:ping)?|stop(?:ping)? (?:paying|saving)|not (?:pay|save)\
            |pay nothing)
    """,
    Topic.SLIPPED: r"""
        (?:spent|used|took) (?:my |the |all |of |some |from )*(?:NAMED|savings?|fund)
        skip\w* .{0,30}\b(?:payments?|month)
        over ?spent|spent (?:too much|it all|everything|all of it)|messed (?:it )?up|blew (?:it|my)
        forgot to (?:save|pay in|transfer|check in|put)
        (?:miss(?:ed)?|skip\w*|forgot) .{0,30}\b(?:NAMED|check ?ins?|week|streak|saving)
        (?:lost|broke) my streak
    """,
    Topic.CANNOT_PAY: r"""
        (?:dont|do not) know how (?:to|i) (?:\w+ )?(?:pay|cover|make|manage)
        how (?:do|can|will|should) i pay (?:everything|it all|BILL)
        (?:cannot|could not|not able to|unable to|no money to|struggl\w+ to\
            |not going to be able to) (?:\w+ )?(?:pay|cover|keep up with)(?! (?:for an?|with|by|in|cash\
            |more|extra|into|less))
        (?:cannot|could not|not able to|unable to) (?:\w+ )?(?:afford|make|manage)(?: (?:my|the|our|all\
            |to pay|next|this|minimum|monthly|even))* BILL
        behind (?:on|with) (?:\w+ ){0,3}BILL
        miss(?:ed|ing)? (?:my |a |the |an? )?(?:\w+ )?(?:payments?|instal?lments?|rent)|debt collect\w+
        bailiffs?|collections? agency|final (?:notice|demand)|evict\w*|bankrupt\w*
        (?:no|out of|low on|short (?:of|on)) (?:money|cash|funds)(?: left)?(?: (?:this|until|till|before|for the)\
            (?: \w+){1,3})?$|(?:out of|no more) money|money is (?:\w+ )?(?:tight|short|gone)
        (?:am|are|feel\w*|being|flat|stone|totally|always) (?:\w+ )?broke(?! (?:down|my|the|a)\b)
        no (?:money|cash|funds) (?:left )?(?:for|to pay) (?:my |the |any )?BILL
        skint|penniless|strapped|hard up|make ends meet|insolven\w+|foreclos\w+|repossess\w*|drowning in
        (?:too much|so much|buried in|over my head in) debts?|payday loans?|in arrears
    """,
    Topic.EARN_LESS: r"""
        what (?:if|happens if|happens when)(?= .*\d) .{0,30}\b(?:income|salary|wages|pay|paycheck) .{0,20}\b\
            (?:drop\w*|fall\w*|fell|down|decreas\w*|shrink\w*|lower|less|cut|reduced)
        what (?:if|happens if|happens when)(?= .*\d) (?:i|we) (?:lose|lost) .{0,20}\b(?:income|salary|wages|pay)
        what (?:if|happens if|happens when)(?= .*\d) (?:i|we) (?:earn|make|get|receive) .{0,20}\bless
    """,
    Topic.JOB_LOST: r"""
        (?:lost|losing|lose) (?:my|the|a|our) (?:job|work|income)
        (?:i|we|me) (?:was|were|got|get|am|are|have been|been|might be|will be|being) (?:\w+ )?(?:fired\
            |sacked|laid off|let go)
        laid off|made redundant|redundancy|unemployed|no (?:job|income|salary)
        (?:hours|pay|salary|wages|income) (?:was |were |is |are |got |has been |have been )?(?:cut|reduced)
        pay cut
    """,
    Topic.BLOW: r"""
        (?:was|were|been|got|am|are|is) (?:\w+ )?(?:robbed|scammed|hacked|divorc\w+|separated|widowed\
            |in hospital|very ill|seriously ill)
        (?:my|the|our) (?:\w+ )?(?:PERSON|child|baby|dog|cat) (?:\w+ )?(?:died|passed away|is dying\
            |is (?:very )?(?:ill|sick)|left me)
        stole my|stolen|divorce|funeral|cancer|had an accident|burn(?:ed|t) down|flooded
    """,
    Topic.CHANGE: r"""
        delete (?:everything|all of it|it all|this)|remind me
        (?:how|where|when|how often) (?:do|can|should|must) i (?:have to |need to )?(?:check in|add|enter|record\
            |tell)
        i (?:just |have |already )*(?:saved|put in|put aside|transferred|deposited) \S*\d
        (?<!if )(?<!can )(?<!do )(?<!should )(?<!could )i (?:just |have |already )*(?:put|paid|added|moved) \
            \S*\d\S* (?:\w+ ){0,2}(?:in|into|on|onto|to|towards?|off)(?! (?:a|an)\b)
        (?:lower|raise|increase|decrease|reduce) (?:\w+ )?(?:NAMED|goals?)
        ^(?:(?:and|but|so|now|my|our|the) )*(?:income|salary|wages|pay|rent|bills?|expenses) (?:is|are|was|went\
            |has|have|changed|rose|fell|dropped) (?:\w+ ){0,3}?\S*\d\S*(?: (?:now|a|per|month\
            |week|year|from|on|then))*$
        (?:raised|increased|lowered|cut) (?:my|our|the) (?:rent|bills?) (?:to|by) \S*\d
        ^(?:i|we) (?:now )?(?:earn|make) \S*\d\S* (?:\w+ ){0,2}now$
        unsubscribe|(?:turn|switch)(?:ing)? (?:\w+ ){0,3}(?:off|on)
        (?:stop|less|fewer|no more|why|these|this) (?:\w+ ){0,4}(?:e ?mails?|mails?|notifications?|reminders?\
            |messages)
        (?:add|create|delete|remove|cancel|pause|resume|rename|edit|change|update|close|reset)(?: (?:a|an\
            |the|my|me|all|this|that|new|another|one|of|existing))* (?:NAMED|goals?|income|salary\
            |expenses?|debts?|loans?|account|password|e ?mail|plans?|check ?ins?|name|currency|data\
            |profile|savings|pulse|notifications?|reminders?|dates?|days?|amounts?|target)
        (?:transfer|send|move|withdraw|deposit) (?:\S+ ){0,3}(?:to|from|into|money)
        (?:set|make) (?:up )?(?:me )?(?:a|an|another) (?:new )?goal|passwords?|set (?:my |the )?NAMED
        (?:delete|remove|cancel|pause|resume|rename|edit|change|close) (?:\w+ ){1,4}goal
        (?:want|like|need|hope|plan|planning|trying|try|start) (?:to save|saving) (?:up )?(?:for\b|\S*\d)
        (?<!will )(?<!do )i have (?:already )?\S*\d\S* saved
    """,
    Topic.PUT_MORE: r"""
        (?:put|add|save|set aside)(?: \S+){0,3} (?:more|extra|another)(?: \S+){0,4} (?:in|into|to|towards?|for|on)\
            (?: my| the)? NAMED
        (?:NAMED|goals?) (?:\w+ ){0,2}(?:faster|sooner|earlier|quicker)|(?:speed|hurry) up .{0,20}\bGOAL
        if (?:i|we) (?:put|add|save) \S*\d\S* .{0,20}\bNAMED
        what if (?:i|we) (?:put|add|save|set aside|put aside)(?! .*\bDEBT\b) .{0,30}\b(?:more|extra|another\
            |additional)
    """,
    Topic.MISSING: r"""
        how (?:much|far)(?! .*\b(?:month|monthly|week|spend|after|if)\b) .{0,30}\b(?:still|left|missing|remain\w*\
            |to go|lacking|short|away|until|more (?:do i need|is needed|must i save)).{0,30}\bGOAL
        how (?:much|far)(?! .*\b(?:month|monthly|week|spend|after|if)\b) .{0,30}\bGOAL .{0,20}\b(?:left|missing\
            |remain\w*|to go)
        how much (?:is|do i|am i) (?:still )?(?:missing|lacking|need)(?: to save)?(?: (?:in total|in all\
            |altogether))?$
        what is (?:still )?(?:left|missing|remaining|lacking) .{0,20}\bGOAL
        how much (?:more )?(?:do|must|should|will) i still (?:need|have to|save|must)\
            (?: to save| save| put aside)?$
    """,
    Topic.AFFORD: r"""
        how much (?:money )?can (?:i|we) save|(?:hurt|affect|delay|harm|impact) (?:my |the )?(?:GOAL|plan)
        afford\w*|if (?:i|we) (?:buy|spend)
        should (?:i|we) (?:buy|spend|purchase|get (?:an?|the|myself))
        (?:can|could|may) (?:i|we) (?:also |still |just |even )?(?:buy|spend|purchase|give|lend|donate\
            |pay(?! (?:first|off|back|down|my|the|our|all|more|extra|less|DEBT)\b)|get (?:an?|the|myself))
        enough (?:money )?(?:for|to)|too expensive|\d.{0,40} too much
        (?:think\w*|dream\w*) (?:of|about) buying|(?:want|like|plan\w*|need|hope) to (?:buy|purchase)
        how much (?:money )?(?:can|could) (?:i|we) (?:still )?spend
        (?:money|much|is) (?:do i have )?left|(?:i have|have i) left|left over|to spend
        what (?:if|happens if|happens when) .{0,40}\b(?:rent|costs?|spend|bills?|rises?|goes up|expenses)
    """,
    Topic.OTHERS: r"""
        my PERSON(?:s)? .{0,30}\b(?:doing|goals?|debts?|owe|owes|plan|progress|savings?|income|salary|money\
            |earns?|balance|streak|account|spends?)
        (?:other|another|every|all|any) (?:users?|persons?|peoples?|customers?)\b|user \d+
        (?:someone|somebody|everyone|everybody) elses?|(?:other|everyones?|everybodys?) accounts?
        than (?:others|other people|most|average|my)|average person
        how much (?:does|did|do) (?!i\b|it\b|this\b|that\b|we\b|you\b)\w+ (?:earn|make|have|owe|saved?|spend)
    """,
    Topic.SAFETY: r"""
        (?:is|are) (?:my |the |our )?(?:\w+ )?(?:money|salary|income|savings?|data|accounts?|information|figures\
            |this|it\
            |everything\
            |app|fincred) (?:\w+ )?(?:safe|secure|private|confidential|protected|insured)
        where is my money|my (?:data|privacy)|(?:can|should|do) i trust (?:you|this|fincred)
        (?:are you|is this|is fincred) (?:a |my |the )?(?:bank|scam|legit\w*|fraud)
        (?:do|will|can) you (?:sell|share|take|touch|steal|see) my|who (?:\w+ )?(?:reads?|sees?)
    """,
    Topic.EARN: r"""
        what if (?:i|we) (?:make|get|got) \S*\d\S* (?:more|extra)|(?:earn|receive) .{0,30}\bmore\b|(?:make|get\
            |got) (?:\S*\d\S* )?more (?:money|income|pay|a month)
        (?:earn|earning|raise|pay ?rise|salary increase|promotion)
        (?:extra|additional|more|second|side) (?:income|salary|job)
    """,
    Topic.DEBTS_OR_SAVINGS: r"""
        (?:have|got|with) .{0,20}\b(?:extra|spare|left over)(?: (?:money|cash|this month))?$
        (?:got|received|won|was given|were given|found) \S*\d\S* (?:from|for my|in the|as a)|(?:i|we) won .{0,20}\d
        what if (?:i|we) (?:sell|sold)|extra (?:money|cash)|windfall|inherit\w*|tax refund|bonus
        (?:debts?|loans?|cards?|pay\w* (?:\w+ )?off).{0,40}\b(?:or|before|first|versus\
            |vs)\b.{0,40}\b(?:sav\w+|fund|invest\w*)
        (?:sav\w+|fund|invest\w*).{0,40}\b(?:or|before|first|versus|vs)\b.{0,40}\b(?:debts?|loans?|cards?\
            |pay\w* (?:\w+ )?off)
    """,
    Topic.USE_FUND: r"""
        (?:take|withdraw|use|borrow|spend) .{0,20}\b(?:NAMED|emergency fund|my savings|my fund)
    """,
    Topic.PRODUCTS: r"""
        (?:which|what) (?:\w+ )?(?:bank|card|account|broker|insurance|lender|mortgage) .{0,30}\b(?:best\
            |get|choose|take|use|good)
        best (?:\w+ )?(?:bank|card|account|broker|insurance|loan|lender)|recommend\w*
    """,
    Topic.INVEST: r"""
        invest\w*|stocks?|shares|stock market|crypto\w*|bitcoins?|ethereum|etfs?|index funds?
        mutual funds?|bonds?|(?:in|buy|buying|some) gold$|forex|day trading|lottery
    """,
    Topic.RETIRE: r"""
        retire\w*|pension|stop working|quit working|financial(?:ly)? (?:independen\w+|free\w*)
    """,
    Topic.INTEREST: r"""
        interest (?!rate|free)(?!.*\b(?:more|extra|what if|save)\b).{0,40}\b(?:months?|monthly|now|right now)
        monthly interest|months? interest
    """,
    Topic.PULSE: r"""
        (?:do|did) i do .{0,20}\bweek
        pulses?|feedback|how (?:was|did|went|is) (?:my|the|this|last) (?:last |past )?week(?: go)?
        my mood|my (?:last |past |latest )?week
    """,
    Topic.EXPLAIN_PLAN: r"""
        why .{0,60}\b(?:plans?|GOAL|unrealistic|tight|comfortable|contribution|amount|reach\w*)
        why (?:am i |is it |are we )?(?:so |still )?(?:behind|late|off track)|why(?: not| so| though)?$|why so \w+
        ALONEplans?(?: (?:please|again|now|for NAMED|to NAMED))*$
        is (?:my|the) plan (?:\w+ )?(?:good|bad|ok|okay|right)
        why .{0,20}\b(?:it|this|that|everything|things)(?: so \w+| like \w+| too \w+)?$|unrealistic|realistic
        (?:explain|understand|reasons? (?:for|of|behind)) .{0,30}\bplans?
        how (?:do|can|could|should) (?:i|we) (?:reach |get to |get |finish |manage |afford |do |make )?(?:my \
            |the )?NAMED
        what (?:can|should|could) (?:i|we) do (?:about|with|for) (?:my |the )?NAMED
        how much .{0,30}\b(?:month|need|needs|pay|put|costs?)\b.{0,20}\bNAMED
        how much .{0,20}\bNAMED .{0,20}\b(?:(?:a|per|each|every) month|monthly)
    """,
    Topic.OWE: r"""
        outstanding|(?:min|minimum) payments?$
        owe|owed|owing|(?:interest|loan|card|debt) (?:rates?|balances?)|interest (?:on|of|for)
        my (?:\w+ )?(?:interest|apr|minimums?|minimum payments?)
        how (?:much|big|high|many) (?:is|are|do i have in|debts?|loans?)?(?: (?:of|my|the|total|in|all|do\
            |have|i))* ?DEBT
        (?:list|show|see|what are|what is|total|all)(?: (?:me|all|of|my|the|total))* DEBT
    """,
    Topic.PAY_OFF: r"""
        debts?|indebted|loans?|credit cards?|(?<!did i )(?<!have i )pay\w* (?:\w+ ){0,3}(?:off|down|back)\
            |interest|avalanche
        snowball|mortgage|creditors?|lenders?|overdraft
    """,
    Topic.NEXT_STEP: r"""
        what (?:should|shall|do|can|could|must) (?:i|we)(?: have to| need to)? (?:do|pay|start|begin|focus)
        (?:what|which) day .{0,20}\bpay|no idea (?:what|where|how)
        (?:dont|do not) know (?:what|where|how)|confused|what now|what is next|what next
        next (?:step|payment|thing|move|transfer|instal?lment|due|action)|(?:and )?next$|what to do
        to do (?:now|next|today)|todo|(?:where|how) (?:do|should|can) (?:i|we) (?:start|begin)
        when .{0,40}\b(?:pay|due|payment|transfer)|(?:payment|pay|is|are|anything) due
        anything to (?:pay|do)|ALONE(?:payments?|transfers?|steps?)(?: (?:please|for NAMED|to NAMED))*$
        how much (?:do|should|must|shall) (?:i|we) .{0,15}\b(?:pay|transfer|put|save|set aside)
    """,
    Topic.WHEN: r"""
        will (?:i|we|it) (?:ever )?(?:make it|reach|get there|be (?:done|enough|there)|arrive)
        when (?:will|can|do|would|am|is|are) (?:i|we|it|(?:my|the|our) GOAL|GOAL)\b.{0,40}|how (?:long|soon)
        when .{0,30}\b(?:reached|finished|complete|completed|enough|ready|full|done)
        how many (?:months|weeks|years)(?!.{0,20}\b(?:streak|in a row))|by when
        (?:can|will) (?:i |we )?(?:still |ever )?(?:make |reach |get )?(?:my |the )?NAMED|(?:what|which) (?:date\
            |day)(?! is it\b)
    """,
    Topic.PROGRESS: r"""
        summary|financial (?:health|situation|status)|good job me
        how (?:am|are) (?:i|we|my|things)
        how (?:is|are|was) (?:it|things|everything|NAMED|my|the) ?(?:\w+ )?(?:going|doing|looking|coming\
            |GOAL|money|finances|progress)
        how (?:is|are) NAMED|progress|on track|how (?:bad|good) (?:is|are) (?:it|things|my)|on pace
        streak|how far|my goals?|dashboard|status
        (?:am|are|will) (?:i|we) (?:\w+ ){0,3}(?:doing|behind|ahead|late|ok|okay|alright|good|fine|safe|winning\
            |screwed|doomed|in trouble)
        (?:have|did) (?:i|we) (?:saved?|pay|paid|do (?:well|good|ok|okay))|saved so far|in a row
        just checked in|(?:how many|which|what) goals?|milestones?|much .{0,20}\bsaved|overview\
            |saved in (?:total|all)|total saved
    """,
    Topic.MONEY: r"""
        (?:spend|spending) too much|ALONE(?:income|salary|expenses?|savings?|money|finances)(?: please)?$
        net worth|total (?:savings|income|expenses)
        my (?:total |monthly |weekly |yearly |annual )?(?:income|salary|expenses?|surplus|savings?|money\
            |finances|balance|assets\
            |wealth|snapshot)
        how much (?:money )?(?:do|have|did) (?:i|we) (?:have|earn|make|got|spend)|am i (?:rich|poor)
    """,
    Topic.SAVE_MORE: r"""
        (?:save|saving) (?:some |more |any )?(?:money|more|better|faster|up)
        how (?:do|can|should|could|to) ?(?:i|we)? sav\w+|budget\w*|spend less|spending less
        cut (?:costs|spending|expenses|down)|live on less
    """,
    Topic.NAMED_GOAL: r"""
        NAMED
    """,
    Topic.OTHER_TERM: r"""
        what (?:do|does) .{0,60}\bmean|defin\w+|meaning of|explain|terms?
    """,
    Topic.FEELING: r"""
        (?<!not )(?<!no )(?:scared|afraid|fear\w*|frightened|terrified|anxious|anxiety|worr(?:y|ied|ies\
            |ying)|stress\w*|overwhelm\w*|panic\w*|hopeless|helpless|ashamed|embarrassed|guilty|sad\
            |depress\w*|cry(?:ing)?|desperate|lonely|giv(?:e|ing) up|exhausted|drowning|failure|failing\
            |nervous|frustrat\w*|miserable|unhappy|upset|struggling|hard time|bad day|tired|worthless\
            |my fault|to blame|loser|bad with money)
        (?:i|have|ve) (?:\w+ )?failed
        is (?:all )?too much$
        (?:am|are|feel|feeling) (?:\w+ )?(?:lost|low|down|bad|awful|stupid|useless|terrible)
        cannot (?:sleep|cope|go on|take it|do this)|hate (?:this|money|myself)
    """,
    Topic.RUDE: r"""
        fuck (?:you|off|this)|idiot|bullshit
        (?:you|this|this app|it) (?:are|is)(?: so| really| a| just| all| utter)* (?:stupid|useless|dumb\
            |bad|wrong|rubbish|shit|crap|garbage|idiotic)
        (?:stupid|useless|dumb|idiotic|shitty|fucking) (?:\w+ )?(?:bot|app|thing|machine|coach|program|robot)
        you suck|shut up|moron|(?:that|this|it|your \w+) (?:is|are) (?:not (?:right|true|correct)|wrong\
            |incorrect|false)
    """,
    Topic.ABOUT_COACH: r"""
        talk to (?:a |an |some ?one|a real )?\s?(?:human|person|adviser|advisor|support)
        (?:who|what) are you|are you (?:\w+ )?(?:human|real|robot|bot|ai|person|chatgpt|computer|alive)
        how are you|your name|chatgpt|do you (?:remember|know|store|keep|see|tell)
        (?:these|those|the|your) (?:numbers?|figures?|amounts?) (?:\w+ ){0,2}(?:from|come|real|true|correct|right)
        trust (?:these|those|the|your) (?:numbers?|figures?|amounts?)|is (?:this|that|it) (?:\w+ )?advice
        what is fincred
    """,
    Topic.ABILITIES: r"""
        help|what can (?:you|i ask)|abilities|menu|how does (?:this|it) work|what do you do
    """,
    Topic.THANKS: r"""
        you are (?:so |very |really )?(?:great|awesome|the best|amazing|helpful|kind|nice)
        love (?:you|it|this)|well done
        thanks?|thank you|cheers(?: mate)?|^ta$|merci|gracias|danke|grazie|obrigad[oa]
        ^(?:(?:cheers|great|cool|nice|perfect|awesome|ok|okay|good|wonderful|super|yay|yes|yep|no|nope|nah\
            |very|so|that|is|to|know|all|right|fine|alright|got|it|sure)\b ?)+$
    """,
    Topic.FAREWELL: r"""
        bye|goodbye|good ?night|see you|ciao|tschüss|adios
    """,
    Topic.GREETING: r"""
        ^(?:sup|what is up|whatsup|wassup)
        ^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|hola|bonjour|hallo|salut|moin|servus\
            |yo|greetings|namaste|salam|ola|olá)
    """,
}


def _alternatives(words: str) -> str:
    """The lines as one pattern, with the lists that they name."""
    lines = re.sub(r"\\\n\s*", "", words).strip().splitlines()
    joined = "|".join(line.strip() for line in lines)
    lists = r"DEBT|BILL|PERSON|GOAL|NAMED|ALONE"
    return re.sub(lists, lambda found: f"(?:{_alternatives(LISTS[found[0]])})", joined)


PATTERNS: Final = {topic: re.compile(rf"\b(?:{_alternatives(words)})(?!\w)") for topic, words in WORDS.items()}
