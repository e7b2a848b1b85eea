"""FastAPI with SQLAlchemy 2 as they recommend: sync endpoints, a pooled engine, response models."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, PlainSerializer, computed_field
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.types import JSON

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")
from fincred import settings
from goals.pace import Pace, straight_line
from goals.progress import progress_percentage, progress_status
from planning.engine.cadence import Cadence, next_action_date
from planning.vocabulary import Frequency
from tracking.feedback import feedback
from tracking.milestones import milestone_text, reached
from tracking.streaks import Streaks, monday_of, streaks

engine = create_engine(os.environ["DATABASE_URL"].replace("postgres://", "postgresql+psycopg://", 1))
Money = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSON}


class User(Base):
    __tablename__ = "accounts_user"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    password: Mapped[str]
    is_active: Mapped[bool]


class Goal(Base):
    __tablename__ = "goals_goal"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    type: Mapped[str]
    kind: Mapped[str]
    repeat_every_months: Mapped[int | None]
    name: Mapped[str]
    target_amount: Mapped[Decimal]
    target_date: Mapped[date]
    priority: Mapped[str]
    priority_rank: Mapped[int]
    primary_flag: Mapped[bool]
    why_text: Mapped[str | None]
    annual_rate: Mapped[Decimal]
    status: Mapped[str]
    current_amount: Mapped[Decimal]
    last_check_in_date: Mapped[date | None]
    started_on: Mapped[date]
    pace: Mapped[dict[str, Any] | None]
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def expected(self) -> Decimal:
        line = Pace.from_json(self.pace) if self.pace else None
        return (line or straight_line(self.started_on, self.target_date, self.target_amount)).expected_on(_today())

    @property
    def progress_percentage(self) -> Decimal:
        return progress_percentage(self.current_amount, self.target_amount)

    @property
    def progress_status(self) -> str:
        return progress_status(
            current_amount=self.current_amount,
            target_amount=self.target_amount,
            target_date=self.target_date,
            last_check_in_date=self.last_check_in_date,
            expected=self.expected,
            today=_today(),
        )


class ActionPlan(Base):
    __tablename__ = "planning_actionplan"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    goal_id: Mapped[UUID]
    frequency: Mapped[str]
    day_of_period: Mapped[int]
    since: Mapped[date]
    starts_on: Mapped[date | None]
    feasibility: Mapped[str]
    ended_at: Mapped[datetime | None]

    @property
    def next_action_date(self) -> date | None:
        if self.starts_on is None:
            return None
        cadence = Cadence(Frequency(self.frequency), self.day_of_period, self.since)
        return next_action_date(cadence, max(_today(), self.starts_on))


class CheckIn(Base):
    __tablename__ = "tracking_checkin"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    goal_id: Mapped[UUID]
    current_amount: Mapped[Decimal]
    check_in_date: Mapped[date]
    reflection: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CheckInWeek(Base):
    __tablename__ = "tracking_checkinweek"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    monday: Mapped[date]
    check_ins: Mapped[int]


class Milestone(Base):
    __tablename__ = "tracking_milestone"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals_goal.id"))
    percent: Mapped[int]
    reached_on: Mapped[date]
    goal: Mapped[Goal] = relationship()

    @property
    def goal_name(self) -> str:
        return self.goal.name

    @property
    def text(self) -> str:
        return milestone_text(self.percent, self.goal.name)


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class GoalOut(Shown):
    id: UUID
    user_id: UUID
    type: str
    kind: str
    repeat_every_months: int | None
    name: str
    target_amount: Money
    target_date: date
    priority: str
    primary_flag: bool
    why_text: str | None
    annual_rate: Money
    status: str
    current_amount: Money
    progress_percentage: Money
    progress_status: str
    last_check_in_date: date | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CheckInIn(BaseModel):
    current_amount: Annotated[Decimal, Query(ge=0, max_digits=14, decimal_places=2)]
    check_in_date: date | None = None
    reflection: str | None = None


class CheckInOut(Shown):
    id: UUID
    goal_id: UUID
    current_amount: Money
    check_in_date: date
    reflection: str | None
    created_at: datetime
    updated_at: datetime


class OutcomeOut(CheckInOut):
    milestones_reached: list[int]
    goal_completed: bool
    current_streak: int
    longest_streak: int
    feedback: str


class LineOut(Shown):
    id: UUID
    name: str
    type: str
    target_amount: Money
    current_amount: Money
    progress_percentage: Money
    progress_status: str
    target_date: date
    priority: str
    feasibility: str | None = None
    next_action_date: date | None = None


class StatsOut(BaseModel):
    total_goals: int
    active_goals: int
    completed_goals: int
    total_saved: Money
    current_streak: int
    longest_streak: int


class MilestoneOut(Shown):
    goal_id: UUID
    goal_name: str
    percent: int
    reached_on: date
    text: str


class DashboardOut(BaseModel):
    goals: list[LineOut]
    stats: StatsOut
    recent_milestones: list[MilestoneOut]


class LoginIn(BaseModel):
    email: str
    password: str


class TokenOut(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105

    @computed_field  # type: ignore[prop-decorator]
    @property
    def expires_in(self) -> int:
        return 1800


def _today() -> date:
    return datetime.now(UTC).date()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


Database = Annotated[Session, Depends(get_session)]
bearer = HTTPBearer()


def get_current_user(database: Database, given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
    try:
        claims = jwt.decode(
            given.credentials,
            settings.JWT_SECRET_KEY,
            algorithms=["HS256"],
            audience="fincred-api",
            issuer="fincred",
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error
    user = database.get(User, UUID(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(401)
    return user


Person = Annotated[User, Depends(get_current_user)]
app = FastAPI()


@app.get("/api/v0/goals", response_model=list[GoalOut])
def list_goals(
    response: Response,
    database: Database,
    person: Person,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Any:
    asked = select(Goal).where(Goal.user_id == person.id).order_by(Goal.created_at.desc(), Goal.id.desc())
    total = database.scalar(select(func.count()).select_from(Goal).where(Goal.user_id == person.id))
    response.headers["X-Total-Count"] = str(total)
    return database.scalars(asked.limit(limit).offset(offset)).all()


def _own_goal(database: Session, person: User, goal_id: UUID) -> Goal:
    goal = database.scalars(select(Goal).where(Goal.id == goal_id, Goal.user_id == person.id)).first()
    if goal is None:
        raise HTTPException(404)
    return goal


@app.get("/api/v0/goals/{goal_id}", response_model=GoalOut)
def read_goal(goal_id: UUID, database: Database, person: Person) -> Any:
    return _own_goal(database, person, goal_id)


@app.get("/api/v0/goals/{goal_id}/check-ins", response_model=list[CheckInOut])
def history(
    *,
    goal_id: UUID,
    response: Response,
    database: Database,
    person: Person,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Any:
    goal = _own_goal(database, person, goal_id)
    asked = select(CheckIn).where(CheckIn.goal_id == goal.id)
    total = database.scalar(select(func.count()).select_from(CheckIn).where(CheckIn.goal_id == goal.id))
    response.headers["X-Total-Count"] = str(total)
    newest = asked.order_by(CheckIn.check_in_date.desc(), CheckIn.created_at.desc(), CheckIn.id.desc())
    return database.scalars(newest.limit(limit).offset(offset)).all()


def _streaks(database: Session, user_id: UUID) -> Streaks:
    mondays = database.scalars(select(CheckInWeek.monday).where(CheckInWeek.user_id == user_id))
    return streaks(mondays.all(), _today())


@app.post("/api/v0/goals/{goal_id}/check-ins", response_model=OutcomeOut, status_code=201)
def check_in(goal_id: UUID, told: CheckInIn, database: Database, person: Person) -> Any:
    database.execute(select(User.id).where(User.id == person.id).with_for_update())
    goal, now = _own_goal(database, person, goal_id), datetime.now(UTC)
    day = told.check_in_date or _today()
    new = CheckIn(
        id=uuid4(), user_id=person.id, goal_id=goal.id, current_amount=told.current_amount, check_in_date=day,
        reflection=told.reflection, created_at=now, updated_at=now,
    )  # fmt: skip
    database.add(new)
    week = database.scalars(
        select(CheckInWeek).where(CheckInWeek.user_id == person.id, CheckInWeek.monday == monday_of(day))
    ).first()
    if week is None:
        database.add(CheckInWeek(user_id=person.id, monday=monday_of(day), check_ins=1))
    else:
        week.check_ins += 1
    database.flush()
    latest = database.scalars(
        select(CheckIn)
        .where(CheckIn.goal_id == goal.id)
        .order_by(CheckIn.check_in_date.desc(), CheckIn.created_at.desc(), CheckIn.id.desc())
        .limit(1)
    ).one()
    goal.current_amount, goal.last_check_in_date = latest.current_amount, latest.check_in_date
    goal.updated_at = now
    before = database.scalars(select(Milestone.percent).where(Milestone.goal_id == goal.id)).all()
    passed = sorted(set(reached(goal.current_amount, goal.target_amount)) - set(before))
    for percent in passed:
        database.add(Milestone(id=uuid4(), user_id=person.id, goal_id=goal.id, percent=percent, reached_on=day))
    so_far = _streaks(database, person.id)
    outcome = {
        "milestones_reached": passed,
        "goal_completed": goal.current_amount >= goal.target_amount,
        "current_streak": so_far.current,
        "longest_streak": so_far.longest,
        "feedback": feedback(
            status=goal.progress_status,  # type: ignore[arg-type]
            current_amount=goal.current_amount,
            target_amount=goal.target_amount,
            expected=goal.expected,
            currency="USD",
            verb="paid off" if goal.type == "debt_payoff" else "saved",
        ),
    }
    answer = CheckInOut.model_validate(new).model_dump() | outcome
    database.commit()
    return answer


@app.get("/api/v0/dashboard", response_model=DashboardOut)
def dashboard(database: Database, person: Person) -> Any:
    own = Goal.user_id == person.id
    active = select(Goal).where(own, Goal.status == "active")
    top = database.scalars(active.order_by(Goal.priority_rank, Goal.target_date, Goal.id).limit(5)).all()
    plans = {
        plan.goal_id: plan
        for plan in database.scalars(
            select(ActionPlan).where(
                ActionPlan.goal_id.in_([goal.id for goal in top]), ActionPlan.ended_at.is_(None)
            )
        )
    }
    by_status = select(Goal.status, func.count()).where(own).group_by(Goal.status)
    counts = dict(database.execute(by_status).tuples().all())
    saved = database.scalar(select(func.sum(Goal.current_amount)).where(own, Goal.status != "cancelled"))
    so_far = _streaks(database, person.id)
    newest = (
        select(Milestone)
        .where(Milestone.user_id == person.id)
        .options(joinedload(Milestone.goal))
        .order_by(Milestone.reached_on.desc(), Milestone.percent.desc(), Milestone.id.desc())
        .limit(5)
    )
    lines = []
    for goal in top:
        line, plan = LineOut.model_validate(goal), plans.get(goal.id)
        if plan:
            line.feasibility, line.next_action_date = plan.feasibility, plan.next_action_date
        lines.append(line)
    stats = StatsOut(
        total_goals=sum(counts.values()),
        active_goals=counts.get("active", 0),
        completed_goals=counts.get("completed", 0),
        total_saved=saved or Decimal(0),
        current_streak=so_far.current,
        longest_streak=so_far.longest,
    )
    reached_lately = [MilestoneOut.model_validate(each) for each in database.scalars(newest)]
    return DashboardOut(goals=lines, stats=stats, recent_milestones=reached_lately)


@app.post("/api/v0/auth/login", response_model=TokenOut)
def login(told: LoginIn, database: Database) -> Any:
    user = database.scalars(select(User).where(User.email == told.email)).first()
    if user is None or not _verify(told.password, user.password):
        raise HTTPException(401)
    claims = {"sub": str(user.id), "exp": datetime.now(UTC) + timedelta(minutes=30), "aud": "fincred-api"}
    return TokenOut(access_token=jwt.encode(claims, settings.JWT_SECRET_KEY, algorithm="HS256"))


def _verify(password: str, stored: str) -> bool:
    _, rounds, salt, expected = stored.split("$")
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(rounds))
    return hmac.compare_digest(base64.b64encode(digest).decode(), expected)
