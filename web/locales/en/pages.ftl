# Pages around the room: entry, home, planning, the seminar and its report, invitation.

# Frame of each page
frame-skip = To the content
frame-demo = Demonstration:
frame-demo-text = data is made up and erased.
frame-demo-label = Demonstration
frame-account = Account of { $name }
frame-home = My seminars
frame-log-out = Log out
frame-loading = Loading
frame-try-again = Try again

# Log in
login-heading = Log in
login-email = E-mail address
login-email-missing = Enter your e-mail address.
login-password = Password
login-password-missing = Enter your password.
login-button = Log in
login-help = No account, or forgot the password? Ask your administrator. With an invitation link you need no account.
demo-heading = Try it at once
demo-text = One press and you are in, as one of the people of the made-up academy.
demo-trainer = Trainer
demo-trainer-sees = Plans a seminar, goes live, shows slides, gives the floor, sees who is present.
demo-participant = Participant
demo-participant-sees = Watches, chats, votes, raises a hand and speaks.
demo-coordinator = Coordinator
demo-coordinator-sees = Looks after one regional centre and its hall.
demo-administrator = Administrator
demo-administrator-sees = Sees every seminar, its addresses and its attendance report.

# Home
home-heading = My seminars
home-plan = Plan a seminar
home-now = Now
home-live = Live
home-green-room = Being prepared
home-join = Join now
home-open-cockpit = To the cockpit
home-open-green-room = Open the green room
home-week = Today and this week
home-week-empty = Nothing is planned for the next seven days.
home-today = Today
home-late = Starts soon
home-later = Later
home-continue = Continue watching
home-continue-at = Continue at { $time }
home-recordings = Recordings
home-minutes = { $minutes } min
home-details = Details

# Planning a seminar
edit-heading-new = Plan a seminar
edit-heading = Change the seminar
edit-optional = optional
edit-title = Title
edit-summary = What it is about
edit-summary-hint = People see this before they join: subject, who it is for, what to have at hand.
edit-date = Date
edit-time = Start
edit-duration = Length in minutes
edit-zone = Time zone
edit-centres = Centres invited
edit-centres-count = { $count } of { $all } chosen
edit-centres-all = All centres
edit-centres-none = No centres have been set up on this server yet, so the seminar can only be open to all. Ask your administrator to add them; the command "hallcast preset kazakhstan" adds those of Kazakhstan.
edit-open = Open to everyone with an account
edit-open-hint = People of every centre, and those without one, see the seminar and may join.
edit-slides = Slides
edit-slides-hint = PDF files. You can also add slides later, up to the moment you show them.
edit-slides-choose = Choose PDF files
edit-slides-drop = or drop them here
edit-slides-pages = { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
  }
edit-slides-sending = Sending the file
edit-slides-rendering = Preparing the pages
edit-slides-waits = Will be sent when you plan the seminar.
edit-slides-too-long = This PDF has too many pages. Please upload it in parts.
edit-slides-remove = Remove
edit-slides-remove-named = Remove the slides “{ $title }”
edit-slides-remove-ask = Remove “{ $title }”?
edit-slides-remove-text = The slides are deleted from this seminar. The PDF on your computer stays.
edit-slides-keep = Keep them
edit-plan = Plan the seminar
edit-save = Save the changes
edit-back = Back
edit-kept = What you type is kept on this device until you save.
edit-brought-back = We brought back what you had typed and not saved.
edit-discard = Discard it
edit-saved-without-slides = The seminar is saved, but not all slides arrived. See below what to do.
edit-problems = Please check these places
edit-problem-title-missing = Enter a title.
edit-problem-title-long = The title may have 200 characters at most.
edit-problem-summary-long = The summary may have 4,000 characters at most.
edit-problem-date-missing = Choose a date.
edit-problem-time-missing = Enter the time it starts.
edit-problem-duration-wrong = Enter the length in whole minutes, from 5 to 1,440.
edit-problem-centres-missing = Choose at least one centre, or open the seminar to everyone.
edit-problem-refused = The server did not accept this. Please change it.

# Slides
slides-of = Pages of “{ $title }”
slides-page = Page { $page } of { $pages }
slides-previous = Previous page
slides-next = Next page

# Seminar
status-planned = Planned
status-green_room = Being prepared
status-live = Live
status-ended = Ended
seminar-trainer = Trainer: { $name }
seminar-join = Join now
seminar-wait = To the waiting room
seminar-open-green-room = Open the green room
seminar-open-cockpit = To the cockpit
seminar-watch = Watch the recording
seminar-watch-start = Watch from the start
seminar-edit = Change
seminar-replay-soon = The recording is being finished. It will be here in a few seconds.
seminar-about = What it is about
seminar-slides = Slides
seminar-no-slides = No slides yet
seminar-lost = This seminar is not here
seminar-lost-text = It may have been removed, or you are not invited to it.
centres-heading = Invited
centres-open = Everyone with an account
centres-summary = { $people ->
    [one] { $people } person
   *[other] { $people } people
  } in { $centres ->
    [one] { $centres } centre
   *[other] { $centres } centres
  }
invite-link = Invitation link
invite-link-text = Anyone with this link can join with their name and post, until the seminar has ended.
invite-link-label = Link to send
keys-heading = Addresses for OBS and players
keys-send = To send picture and sound from OBS or another encoder: choose the service “WHIP” and enter these two.
keys-whip-url = Server (WHIP)
keys-whip-key = Stream key
keys-watch = To watch in a player that knows WHEP:
keys-whep-url = Player address (WHEP)
keys-whep-key = Player key
keys-renew = Renew the keys
keys-renew-ask = Renew the keys?
keys-renew-text = The present keys, and the invitation link, stop working at once for everyone who has them. What is on air now goes on.
keys-renew-keep = Keep the present ones
keys-renewed = The keys are new. Copy them again where you use them.
copy-do = Copy: { $label }
copy-done = Copied: { $label }
copy-by-hand = Please copy it by hand: Ctrl+C.
copy-show = Show: { $label }
copy-hide = Hide: { $label }

# Attendance
report-heading = Attendance
report-csv = Download (CSV)
report-present = Came
report-invited = Invited
report-mean-share = Stayed on average
report-by-person = By person
report-by-centre = By centre
report-name = Name and post
report-centre = Centre
report-no-centre = No centre
report-status = State
report-status-present = Present
report-status-late = Came late
report-status-left_early = Left early
report-status-absent = Absent
report-times = From – to
report-minutes = Minutes
report-share = Share
report-votes = Votes
report-messages = Messages
report-speeches = Speeches
report-filter = Filter by name, post or centre
report-count = { $shown } of { $all } shown
report-nobody = Nobody matches this filter.

# Invitation
invitation-lead = You are invited to the seminar
invitation-known = You are logged in as { $name }.
invitation-join = Join the seminar
invitation-ended = This seminar has ended. Ask the trainer for the recording.
invitation-dead = The trainer or your centre can send you a new link.
guest-name = Your name
guest-name-hint = First and last name, as in the attendance list.
guest-name-missing = Enter your name.
guest-post = Your post
guest-post-hint = For example: akim, Sairam district.
guest-centre = Your centre
guest-no-centre = I join from elsewhere

# Nothing here
lost-heading = This page is not here
lost-text = The address may be incomplete, or the page was moved. Your seminars are on the home page.
lost-home = To my seminars
