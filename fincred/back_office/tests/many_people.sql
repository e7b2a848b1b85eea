-- People with what they do: see many_people.py.
INSERT INTO accounts_user (id, password, is_superuser, email, mailbox, mailbox_rank, is_active, is_verified, is_staff,
                           created_at, audit_key, session_epoch)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '', false, 'p' || n || '@example.com',
       'p' || n || '@example.com', 0, n % 500 <> 0, n % 100 <> 0, false, now() - n * interval '1 minute', ''::bytea, 0
FROM generate_series(1, $people) n;
INSERT INTO accounts_profile (user_id, full_name, currency, timezone, reminder_frequency, id, revision)
SELECT id, 'Person ' || email, 'EUR', 'UTC', 'weekly', gen_random_uuid(), 1 FROM accounts_user WHERE email LIKE 'p%';
INSERT INTO accounts_searchterm (user_id, term) SELECT id, email FROM accounts_user WHERE email LIKE 'p%'
UNION ALL SELECT id, 'person' FROM accounts_user WHERE email LIKE 'p%';
INSERT INTO accounts_auditentry (person_id, sequence, at, role, action, object_type, object_id, reason, request_id,
                                 address_hash, previous_hash, hash)
SELECT id, n, now() - n * interval '1 hour', 'person', 'session.opened', 'session', gen_random_uuid()::text, '',
       email || '-' || n, '', '', '' FROM accounts_user, generate_series(1, $entries) n WHERE email LIKE 'p%';
INSERT INTO accounts_session (id, user_id, created_at, expires_at, end_reason)
SELECT gen_random_uuid(), id, created_at, now(), '' FROM accounts_user, generate_series(1, 3) WHERE email LIKE 'p%';
INSERT INTO accounts_outgoingmail (id, user_id, purpose, created_at, sent_at, attempts, next_attempt_at)
SELECT gen_random_uuid(), id, 'verify_email', created_at, CASE WHEN email LIKE 'p77%' THEN NULL ELSE now() END,
       8, now() FROM accounts_user WHERE email LIKE 'p%';
INSERT INTO goals_goal (id, user_id, type, name, name_folded, target_amount, target_date, priority, primary_flag,
                        annual_rate, status, current_amount, started_on, created_at, updated_at, revision)
SELECT gen_random_uuid(), id, 'emergency_fund', 'Goal', 'goal', 1000, '2099-01-01', 'High', false, 0, 'active', 0,
       created_at::date, created_at, created_at, 1 FROM accounts_user, generate_series(1, $goals) WHERE email LIKE 'p%';
INSERT INTO tracking_checkin (id, user_id, goal_id, current_amount, check_in_date, created_at, updated_at, revision)
SELECT gen_random_uuid(), user_id, id, n, started_on + n, created_at, created_at, 1
FROM goals_goal, generate_series(1, $check_ins) n;
INSERT INTO tracking_standing (user_id, joined_at, off_track_goals, has_plan, is_off_track, is_silent, is_unplanned,
                               has_checked_in, counted_at)
SELECT id, created_at, 1, true, email LIKE '%7@%', email LIKE '%9@%', email LIKE '%99@%',
       email LIKE '%5@%', now()
FROM accounts_user WHERE email LIKE 'p%';
INSERT INTO companion_notification (id, user_id, type, channel, next_send_at, status, is_planned, is_moved, skipped,
                                    created_at, updated_at, revision)
SELECT gen_random_uuid(), id, 'weekly_summary', 'email', now(), 'active', true, false, 0, created_at, created_at, 1
FROM accounts_user WHERE email LIKE 'p%';
INSERT INTO companion_notificationpreferences (id, user_id, reminders, payments, weekly_summary, milestones, drift,
                                               counted_from, sent_in_week, revision)
SELECT gen_random_uuid(), id, true, true, true, true, true, created_at::date, 0, 1
FROM accounts_user WHERE email LIKE 'p%';
