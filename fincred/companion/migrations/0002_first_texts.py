"""The first education texts. They can be edited in the back office; going back leaves the table to 0001."""

from datetime import UTC, datetime

from django.db import migrations

WRITTEN = datetime(2026, 11, 26, tzinfo=UTC)

# Id, topic, type of goal and feasibility that it is written for (None: any), title, text.
TEXTS = (
    (
        "c86bbde6-bb49-5bbf-b6f8-ca7a448058c9", "debt_methods", "debt_payoff", None,
        "Avalanche: the highest rate first",
        "Pay the minimum on every debt, and put all that is left into the one with the highest interest rate. "
        "When it is gone, its whole payment moves on to the next. This costs the least interest. An example: "
        "a card with 3,000 at 22 % a year and a minimum of 90, and a store credit with 1,000 at 12 % and a "
        "minimum of 30. With 300 a month in all, the card goes first. It is paid off in 13 months, everything "
        "in 16, and the interest is 508.88. Paying the small debt first would take 16 months too, but cost "
        "597.50, which is 88.62 more. The wider apart the rates are, the more the order matters.",
    ),
    (
        "b881911a-a5f1-5a44-ae8d-585f6bf3d559", "debt_methods", "debt_payoff", None,
        "Snowball: the smallest debt first",
        "Pay the minimum on every debt, and put all that is left into the smallest balance, whatever its "
        "rate. When it is gone, its payment joins the next one. Debts disappear sooner, one after another, "
        "and many people find it easier to keep going when they see that. An example: 3,000 on a card at 22 % "
        "(minimum 90) and 1,000 of store credit at 12 % (minimum 30), with 300 a month in all. The store "
        "credit is gone after 5 months, and everything after 16. The interest is 597.50; with the highest "
        "rate first it would be 508.88. So the early success costs 88.62 here. The best method is the one "
        "that you will keep to.",
    ),
    (
        "ce39cb62-7bbe-5d8b-961e-7719d9d241de", "debt_methods", "debt_payoff", None,
        "What paying the minimum costs",
        "A minimum payment keeps a debt in good standing, but much of it is interest. Take 3,000 on a card at "
        "20 % a year. A month's interest on it is 3,000 x 20 / 1200 = 50. Paying 60 a month, only 10 of the "
        "first payment reduces the debt: it takes 109 months, a little more than nine years, and 3,504.24 in "
        "interest, more than the debt itself. Paying 120 a month, it takes 33 months and 913.23 in interest. "
        "Twice the payment takes less than a third of the time. And a payment of exactly 50 would never end, "
        "because it only covers the interest. It is worth knowing this number for each debt you have.",
    ),
    (
        "560045f4-a3bb-5595-83c4-d6af48149656", "debt_methods", "debt_payoff", "Tight",
        "One loan instead of several debts",
        "Consolidation means taking one new loan to pay off several debts. It helps when the new rate is "
        "clearly lower and the time is not longer. An example: 6,000 paid back over 36 months costs 229.14 a "
        "month at 22 % and 196.43 at 11 %. All in all the interest is about 2,249 in the first case and about "
        "1,072 in the second. Three things can spoil it: fees for the new loan, a longer term (a smaller "
        "payment over more years can cost more in the end), and the cards that are empty again. Before "
        "deciding, compare the total that you would pay, fees included, and not only the monthly payment.",
    ),
    (
        "d088f8c8-3b54-5af6-8165-5d906b6a2b04", "debt_methods", "debt_payoff", None,
        "Moving a balance to an interest-free offer",
        "Some cards take over a balance and charge no interest for a while, against a fee. An example: 2,400 "
        "moved for 12 months with a fee of 3 %. The fee is 72, so 2,472 has to be paid back, which is 206 a "
        "month. Left where it is at 20 % a year, the same debt paid off over 12 months would cost 222.32 a "
        "month and about 268 in interest. Moving it saves about 196, if two conditions hold: the whole "
        "balance is paid before the offer ends, because the rate after it is often high, and nothing new is "
        "bought with the card. Divide the balance and the fee by the months of the offer: if you can't pay "
        "that, it is not the way out.",
    ),
    (
        "ade7b5fa-32bd-5bf6-9b62-f2ef68588f9b", "debt_methods", "debt_payoff", None,
        "How a month's interest is counted",
        "Rates are given for a year, but interest is usually added every month. FinCred counts it like this: "
        "balance x rate / 1200, rounded to the cent. With 2,000 at 18 % a year that is 2,000 x 18 / 1200 = "
        "30. If you pay 100, then 30 of it is interest and 70 reduces the debt. The next month begins with "
        "1,930, and the interest is 28.95, so 71.05 of the next 100 reduces the debt. Every payment works a "
        "little harder than the one before. It also shows why extra money early on helps most: what is paid "
        "back in the first month earns no interest for the lender in any of the months after it.",
    ),
    (
        "2e12b01d-fa01-5512-ac95-8b0653eb55ce", "emergency_fund", "emergency_fund", None,
        "How much is an emergency fund?",
        "An emergency fund is for what can't be planned and can't wait: a lost job, a broken car, a dentist. "
        "A common measure is three months of essential expenses, and six for people whose income varies or "
        "who are the only earner. Essential is what must be paid even in a bad month: rent, food, energy, "
        "transport, insurance and minimum payments on debts. Holidays and restaurants don't belong to it. If "
        "your essentials are 1,700 a month, three months are 5,100 and six months are 10,200. That is a long "
        "way for most people, so treat it as a direction. The first few hundred already make the difference "
        "between an inconvenience and a new debt.",
    ),
    (
        "87efc651-beef-5950-8e0c-cbbdf5d8b51a", "emergency_fund", "emergency_fund", "Unrealistic",
        "Start with a small fund",
        "Three months of expenses can look out of reach. A smaller first step is easier to finish, and it "
        "already covers most of the surprises of a normal year: a repair, a replacement, a bill that was "
        "forgotten. Choose an amount such as 1,000. With 50 a week it is there after 20 weeks; with 25 a week "
        "it takes 40. If no amount seems possible, begin with the size of one typical surprise, for example "
        "one car repair. Make it a goal of its own with its own date, so that you can reach it. After that, "
        "begin the next one. Several small goals that are reached do more than one large goal that is given "
        "up.",
    ),
    (
        "4fa6e788-2e1e-5ad3-b642-e658e1c11f57", "emergency_fund", "emergency_fund", None,
        "Where to keep it",
        "Money for emergencies has one job: to be there at once and in full. So it fits where it can be "
        "reached within a day or two and doesn't go down in value when markets do. An account apart from the "
        "everyday one helps, because money that is out of sight is spent less often. Interest is welcome, but "
        "it is not the point: on 5,000, a rate of 2 % instead of 0.5 % earns 100 a year instead of 25. Look "
        "at three things before you choose: whether deposits are protected by law and up to what amount, how "
        "fast you can withdraw, and whether there are fees. Money that is tied up for years is not an "
        "emergency fund, however well it pays.",
    ),
    (
        "0560b122-06f9-5c1c-b077-6dc9a04cf8be", "emergency_fund", "emergency_fund", None,
        "Using it, and filling it again",
        "Three questions help to decide whether something is an emergency. Is it necessary? Is it urgent? Was "
        "it really a surprise? New tyres after a puncture are; a sale that ends tonight isn't. When the "
        "answer is yes three times, use the fund without guilt: that is what you saved it for, and it is "
        "cheaper than a card. Then plan the way back. If 1,200 was spent and you can put in 100 a month, the "
        "fund is whole again after 12 months. Until then, other goals may have to go slower, and that is "
        "fine. If the same surprise comes every year, it wasn't one: give it a savings goal of its own.",
    ),
    (
        "ad29bac6-9039-5ef9-9295-53b948616f05", "emergency_fund", "emergency_fund", "Tight",
        "Fund first, or debts first?",
        "Interest on debts is usually higher than interest on savings. 1,000 of debt at 22 % costs about 220 "
        "a year, and 1,000 in an account at 2 % earns about 20. By the numbers alone, every spare amount goes "
        "to the debt. But without any savings the next surprise goes back on the card, and the debt grows "
        "again. That is why many people do it in three steps: first a small fund, for example one month of "
        "essential expenses; then the debts with high rates; then the fund up to three months or more. "
        "Minimum payments are made all the time. It is a compromise between the cheapest way and the one that "
        "survives a bad month.",
    ),
    (
        "8e0f4607-53d5-54e8-a820-17d3c6c995a3", "fire_basics", "fire_starter", None,
        "Financial independence: 25 times a year's expenses",
        "FIRE stands for financial independence, retire early. A common rule of thumb is that savings of 25 "
        "times your yearly expenses can pay for them: in the first year you take out 4 %, and later the same "
        "amount, raised with prices. With 24,000 a year that is 24,000 x 25 = 600,000. The rule goes back to "
        "studies of markets in the United States in the 20th century (Bengen in 1994, the Trinity study in "
        "1998), and to periods of 30 years. It leaves out taxes and fees, and it is no promise: other "
        "countries, longer times or a bad start can need more. Use it to get a feeling for the size of the "
        "goal, and look at it again every few years.",
    ),
    (
        "e84acaa4-df71-5e5e-9814-867b4af5dfc8", "fire_basics", "fire_starter", None,
        "Why the savings rate matters most",
        "The share of your income that you save works in two ways: more is put aside, and you need less to "
        "live on, so the goal is smaller. Suppose that savings earn 5 % a year after inflation, and that the "
        "goal is 25 times yearly expenses. Starting from nothing, somebody who saves 10 % of their income "
        "needs about 50 years. With 25 % it is about 31 years, and with 50 % about 16. Income cancels out: it "
        "makes no difference whether somebody earns 2,000 or 8,000, only which share they keep. The 5 % is an "
        "assumption, and real years differ widely. But the order of these three numbers stays the same for "
        "any reasonable rate.",
    ),
    (
        "3ee96af3-e046-5c18-be31-ae391f3e185c", "fire_basics", "fire_starter", "Unrealistic",
        "A large goal in small parts",
        "Independence is a goal for decades, and a plan for decades can look impossible on paper. It helps to "
        "count differently. If the whole is 25 times your yearly expenses, then one year of expenses is 4 % "
        "of the way, and one month of expenses is a third of a percent. With expenses of 2,000 a month the "
        "whole is 600,000, and each 2,000 that you put aside is worth one month of freedom. Half a year of "
        "expenses, 12,000, can mean leaving a job that makes you ill. So a first goal can be a number of "
        "months, and not independence itself. What is reached on the way counts, whether you go all the way "
        "or not.",
    ),
    (
        "d57a96f8-3f5f-5c4d-90df-7e86e8925768", "fire_basics", "fire_starter", None,
        "Savings that grow by themselves",
        "Money that is saved early has the most time to grow. An example, with growth of 5 % a year: 100,000 "
        "that is left alone for 20 years becomes 265,330, without one more payment. Some people use this as a "
        "milestone: once the money that they have would reach their goal by a certain age on its own, they "
        "only need to earn what they live on. This is sometimes called Coast FIRE. Growth of 5 % is an "
        "assumption and not a promise, and prices rise in the meantime: at 2 % inflation, what costs 24,000 "
        "today costs 35,663 in 20 years. Count with a rate after inflation if you want to think in today's "
        "prices.",
    ),
    (
        "2f93657f-d169-5a2e-be2f-0c4c196efdbd", "fire_basics", "fire_starter", None,
        "Expenses count twice",
        "An expense that you no longer have helps twice on the way to independence. Take 50 a month. First, "
        "it can be saved: 600 a year. Second, it no longer has to be paid for later: at 25 times yearly "
        "expenses, a yearly cost of 600 needs 15,000 of savings behind it. So giving up a subscription of 50 "
        "a month that you don't use makes the goal 15,000 smaller and the way there 600 a year faster. The "
        "same arithmetic works in the other direction: a new fixed cost of 100 a month makes the goal 30,000 "
        "larger. This is not a reason to live on nothing. It shows which costs are worth a second look: those "
        "that come back every month.",
    ),
    (
        "8a016e03-2c6d-50b9-acdf-34922234078f", "savings_strategies", "short_term_saving", None,
        "Save first, spend what is left",
        "Many people save what is left at the end of the month, and often nothing is. Turn it round: let an "
        "automatic transfer move the amount on the day when your income arrives, and live on the rest. You "
        "decide once instead of every day, and the money is gone before it can be spent by accident. With 150 "
        "a month it is 1,800 after a year. Begin with an amount that you hardly notice, and raise it after "
        "two or three months. Leave a margin on the everyday account, so that you never have to move money "
        "back: a transfer that regularly returns is a sign that the amount is too high. If your income "
        "varies, a percentage works better than a fixed amount.",
    ),
    (
        "291a9a55-e0cc-51af-8f91-f655526e029f", "savings_strategies", "short_term_saving", None,
        "Put bills of the year into months",
        "Some bills come once a year and still aren't surprises: insurance, a car service, presents. Added up "
        "and divided by twelve, they become an ordinary monthly amount. An example: insurance 480, car "
        "service 360, presents 360. Together that is 1,200 a year, so 100 a month on a separate account pays "
        "for all three when they are due. If a bill comes sooner, it needs more to begin with: 480 that is "
        "due in six months takes 80 a month until then, and 40 a month after it. Write the dates down once, "
        "and look at the list every new year. What is planned like this doesn't have to come out of the "
        "emergency fund.",
    ),
    (
        "f2f00f09-fbac-5a54-9a39-856dce52800a", "savings_strategies", None, None,
        "50, 30, 20: a first budget",
        "A simple way to divide income after tax: 50 % for needs (rent, food, energy, transport, insurance, "
        "minimum payments), 30 % for wants, and 20 % for savings and for paying debts down faster. With 2,600 "
        "a month that is 1,300, 780 and 520. The numbers come from a book by Elizabeth Warren and Amelia "
        "Warren Tyagi of 2005, and they are a starting point and no law. Where rents are high, needs may take "
        "60 % or more; then the 30 % is where to look first. Compare last month with these three sums before "
        "changing anything. Most people are surprised by one of them, and that one is the place to begin.",
    ),
    (
        "3dd760de-b2ad-5133-b5ee-22e07bd4123e", "savings_strategies", "short_term_saving", None,
        "Interest on interest",
        "Interest that stays in the account earns interest too. With 100 a month at 3 % a year, added "
        "monthly, you pay in 12,000 over ten years and have about 14,009: 2,009 of it is interest. Go on for "
        "ten more years and you have paid in 24,000 and have about 32,912, of which 8,912 is interest. The "
        "second ten years bring more than three times as much interest as the first, with the same payments. "
        "Two conclusions: time matters more than a slightly better rate, and for a goal that is one year away "
        "interest hardly matters at all. For that one, what counts is the amount that you put in every month.",
    ),
    (
        "6938f73f-3498-5e2a-a2be-ed49e975510e", "savings_strategies", "short_term_saving", "Tight",
        "The months with a third payday",
        "If you are paid every second week, you have 26 paydays a year. Ten months have two of them, and two "
        "months usually have three. Most bills are monthly, so in those two months one payday is hardly "
        "needed for them. If you put 60 aside on every payday, that is 26 x 60 = 1,560 a year. With 120 a "
        "month it would be 1,440: the two additional paydays bring 120 more, and the payments match your "
        "income, which makes them easier to keep. Another way is to budget with two paydays every month, and "
        "to save most of the third one when it comes. Mark those two months in the calendar now, before the "
        "money has other plans.",
    ),
    (
        "b1ce756d-34b5-5939-8e95-da2e82fe26c9", "savings_strategies", None, "Tight",
        "Half of every raise",
        "The easiest money to save is money that you are not used to yet. When your income rises, decide "
        "before the first payday what happens with it: for example half for a goal, half for yourself. A "
        "raise of 120 a month after tax gives 60 a month to the goal, 720 in a year, and life still gets "
        "better by 60. The same works with other relief: when a loan of 180 a month is paid off, let 90 go on "
        "as a transfer to the next goal. If you wait a few months, the new income will have found its own "
        "uses, and saving it would feel like losing something. Put the change into your snapshot, so that "
        "your plan counts with it.",
    ),
    (
        "477f488f-6455-5e1c-ba5c-a80a653b468a", "investing_basics", "fire_starter", None,
        "Risk and time",
        "In most countries, shares have brought more than savings accounts over long periods, and have fallen "
        "deeply in between. What matters is when you need the money. After a fall of 20 %, 10,000 are 8,000, "
        "and they need a rise of 25 % to be 10,000 again, because 2,000 is a quarter of 8,000. After a fall "
        "of 50 %, it takes a rise of 100 %. Somebody who can wait many years can sit that out; somebody who "
        "needs the money next spring can't. So a common rule is to keep what is needed within about five "
        "years out of shares, and to invest only what can stay longer. Past results say nothing certain about "
        "the future, and losses are possible at any time.",
    ),
    (
        "c42e916d-aef2-5af4-ae04-16c056e0a3cc", "investing_basics", "fire_starter", None,
        "What one percent of costs takes",
        "Costs of an investment look small because they are given in percent a year. They are taken every "
        "year, from everything. Suppose that 10,000 grow for 30 years. At 5 % a year they become 43,219. If "
        "costs take one percentage point, so that 4 % is left, they become 32,434. The difference is 10,785, "
        "more than was put in at the beginning, and about a quarter of the result. Nobody knows future "
        "returns, but costs are known in advance. Before putting money anywhere, ask for all of them: what it "
        "costs to buy, what is taken every year, and what it costs to leave. If a product's costs can't be "
        "explained in two sentences, that is an answer too.",
    ),
    (
        "b9567d8e-80c4-51a7-ac77-486bd0d345b8", "investing_basics", "fire_starter", None,
        "Not everything in one place",
        "Spreading money over many investments, which is called diversification, doesn't make losses "
        "impossible. It makes sure that one failure is not your failure. If everything is in one company and "
        "it goes bankrupt, all is lost. If it is spread evenly over 500 companies, the same bankruptcy costs "
        "0.2 %: of 10,000, that is 20. What it can't take away is the risk of the whole market: when most "
        "shares fall together, a broad mix falls too. Spreading also means different countries and kinds of "
        "investments, and not only different names. Your job counts as well: shares of your own employer add "
        "to a risk that you already carry with your salary.",
    ),
    (
        "c601cb53-69ad-5520-ab83-35222647677e", "investing_basics", None, None,
        "What is left after inflation",
        "Inflation means that the same amount buys less every year. At 2 % a year, what costs 1,000 today "
        "costs 1,219 in ten years. What counts for a long goal is therefore the return after inflation, "
        "called the real return. If savings earn 4 % while prices rise by 2 %, the real return is 1.04 / 1.02 "
        "- 1, which is 1.96 % and so a little less than the difference of 2. If they earn 1 %, they lose "
        "value although the balance grows. For a goal within a year or two this hardly matters. For one in "
        "ten or twenty years, either aim for a higher amount, or count with the real return from the "
        "beginning. Mixing the two is the usual mistake.",
    ),
    (
        "70a72a84-8538-5d87-bb50-f7ac0935378e", "investing_basics", "fire_starter", None,
        "The same amount every month",
        "If you invest the same amount at regular times, you buy more when prices are low and less when they "
        "are high. An example: 100 a month, at prices of 10, 8 and 12.50. That buys 10, 12.5 and 8 pieces, "
        "together 30.5 for 300, so a piece has cost 9.84 on average. The average of the three prices is "
        "10.17. It is no trick that beats the market: if prices mostly rise, money that is put in at once has "
        "more time to grow, and in a falling market regular payments lose as well. The advantage is another "
        "one. It fits a monthly income, and it spares you the question of the right moment, which nobody can "
        "answer.",
    ),
    (
        "8077fd9a-88ff-5e6e-8c67-a698b45ea6c7", "investing_basics", "fire_starter", None,
        "Before you invest",
        "Two things come before investing for most people. The first is expensive debt. Paying back 1,000 of "
        "a debt at 18 % saves 180 in a year, for certain. Investing the same 1,000 at a hoped-for 5 % may "
        "bring 50, or a loss. No usual investment reliably earns what a card costs. The second is an "
        "emergency fund: without one, a broken car can force you to sell at a bad time. An exception can be "
        "money that somebody else adds, for example an employer who doubles what you put into a pension, "
        "because that is a gain from the first day. After that the questions are how long the money can stay, "
        "and how much of a fall you can bear.",
    ),
)


def write(apps, schema_editor):
    """Texts that are there already stay as they are."""
    snippet = apps.get_model("companion", "Snippet")
    names = ("id", "topic", "context_goal_type", "context_feasibility", "short_title", "content")
    moments = {"created_at": WRITTEN, "updated_at": WRITTEN}
    rows = [snippet(**dict(zip(names, text, strict=True)), **moments) for text in TEXTS]
    snippet.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ("companion", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
