# The room of a seminar, and what it shares with the trainer's cockpit and the replay.

# State in the top bar
room-live-timer = Live { $time }
room-ended-tag = Ended
room-not-started-tag = Not started yet
room-recording-on = Recorded
room-recording-off = Not recorded
room-recording-waiting = Recording: waiting
room-recording-disk_low = Recording: disk nearly full
room-recording-disk_full = Recording stopped: disk full
room-recording-failed = Recording stopped
room-loading = Opening the room

# The line
line-connecting = Line: connecting
line-good = Line: good
line-weak = Line: weak
line-delayed = Line: delayed by about { $seconds } s
line-lost = Line: lost
line-delayed-why = Delayed by about { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
  }: your network blocks direct video. You can still vote, chat and raise your hand.
line-delayed-lost = Delayed by about { $seconds } s: direct video was interrupted. We keep trying to get it back.
line-delayed-codec = Delayed by about { $seconds } s: this browser can not show direct video.
line-blocked = Your network blocks the video. The sound comes through; slides, chat and votes work.
line-weak-why = Your line is weak. Audio only keeps the sound steady; slides and votes go on as usual.
line-picture-smaller = Smaller picture: your line is weak.
line-picture-paused = Picture paused: your line carries only sound. It comes back by itself.
line-picture-reduced = Picture reduced: the server is full. The sound is not affected, and the full picture comes back by itself.
line-picture-kept-back = Picture paused: the server is full. You still hear everything, and the picture comes back by itself.
line-way-tcp = over TCP
line-way-relay = through the relay
line-way-direct-why = Picture and sound come directly.
line-way-tcp-why = Your network blocks UDP: picture and sound come over TCP and may stand still for a moment when packets are lost.
line-way-relay-why = Your network lets little through: picture and sound come through the relay.
line-use-audio-only = Audio only
line-reconnecting = The line was lost. Reconnecting; what you wrote is kept.
line-media-reconnecting = The picture was interrupted. Connecting again.
line-media-failed = The picture and sound do not come through. Slides, chat and votes work.
line-retry = Try again
line-no-h264 = This browser can not play the picture. Slides, chat and votes work; another browser shows the picture too.

# The stage
stage-label = Stage
stage-picture-of = Picture of { $name }
stage-screen = Shared screen
stage-slide = Slide { $page } of { $pages }
stage-slide-with-text = Slide { $page } of { $pages }: { $text }
stage-slide-failed = Slide { $page } did not load.
stage-slide-retry = Load again
stage-picture-paused = Picture paused
stage-muted = Microphone off
stage-speaking = Speaking
stage-nobody = Nobody is on air yet. The trainer will be back shortly.
stage-audio-only = Audio only
stage-audio-only-why = You hear the seminar and save your line.
stage-show-slide = Show the slide
stage-show-speaker = Show the speaker
stage-join-with-sound = Join with sound

# The bar
room-controls = Controls
room-sound-on = Sound on
room-sound-off = Sound off
room-sound-turn-on = Turn the sound on
room-sound-turn-off = Turn the sound off
room-volume = Volume
room-quality = Quality
room-quality-now = Quality: { $choice }
room-quality-short-auto = auto
room-quality-short-low = low
room-quality-short-audio = audio
room-quality-short-slides = slides
room-quality-auto = Auto
room-quality-low = Low: saves the line
room-quality-audio = Audio only
room-quality-slides = Slides and text only
room-view = View
room-view-slide-and-speaker = Slide and speaker
room-view-side-by-side = Side by side
room-view-speaker-large = Speaker large
room-view-slides-only = Slides only
room-view-audio-only = Audio only
room-hand-raise = Raise hand
room-hand-lower = Lower hand
room-hand-position = { $position ->
    [1] You speak next
   *[other] You are number { $position } to speak
  }
room-hand-locked = Hands are closed
room-hand-locked-why = The trainer has closed the list of speakers for now.
room-more = More
room-leave = Leave
room-panel = Beside the stage
room-panel-close = Hide the panel
room-panel-open = Show the panel
room-tab-slides = Slides
room-tab-chat = Chat
room-tab-people = People
room-tab-votes = Votes
room-tab-chat-new = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
  }
room-tab-votes-open = { $count ->
    [one] { $count } open vote
   *[other] { $count } open votes
  }
room-votes-none = No votes yet. When the trainer starts one, it opens here.
room-poll-opened = A vote has started: { $question }

# Before and after
room-waiting-heading = The seminar has not started yet
room-waiting-soon = It starts any moment. This page opens by itself.
room-waiting-in = Starts in
room-waiting-late = The start is late. You do not need to do anything: this page opens by itself.
room-waiting-trainer = Trainer: { $name }
room-waiting-check = Check your sound
room-waiting-check-why = Press the button: you should hear three short tones. If not, turn up the volume of the device.
room-waiting-play = Play the test sound
room-waiting-heard = The tones were played. Did you hear them? Then everything is ready.
room-ended-heading = The seminar has ended
room-ended-thanks = Thank you for taking part.
room-ended-lasted = It lasted { $time }.
room-ended-preparing = The recording is being prepared. The link appears here in a few seconds.
room-ended-no-recording = This seminar was not recorded.
room-ended-replay = Watch the recording
room-ended-seminar = To the recording
room-ended-report = Attendance and report
room-home = To the start page
room-closed-heading = You can not enter
room-closed-removed = You were removed from this seminar
room-closed-full = The seminar is full
room-closed-link = This link does not work
room-closed-missing = There is no such seminar
room-closed-trouble = The room did not open
room-try-again = Try again

# Chat
chat-list = Messages
chat-you = You
chat-write = Write a message
chat-send = Send
chat-sending = Sending
chat-kept = Kept here; it goes out when the line is back.
chat-dismiss = Remove it
chat-empty = Nothing written yet. Be the first.
chat-empty-replay = Nothing was written up to this moment.
chat-locked = The trainer has closed the chat for now.
chat-newest = To the newest
chat-hide = Hide the message of { $name }
chat-hidden = Hidden by the trainer
chat-erased = This message was erased.

# Votes
poll-vote = Vote
poll-closed = Closed
poll-left = { $time } left
poll-pick-one = Choose one answer
poll-pick-many = Choose one or more answers
poll-send = Vote
poll-change = Change my vote
poll-saving = Saving
poll-kept = Kept here; it goes out when the line is back.
poll-hide = Hide
poll-saved = Saved. You can change it until the end.
poll-saved-anonymous = Saved. The vote is anonymous, so it can not be changed.
poll-saved-closed = Your vote was counted. The results appear when the trainer shows them.
poll-not-voted = The vote is over. You did not vote.
poll-anonymous-note = Anonymous: nobody sees who chose what. A vote that was sent can not be changed.
poll-your-choice = Your choice
poll-share = { $percent } % ({ $count })
poll-voters = { $count ->
    [one] { $count } person voted
   *[other] { $count } people voted
  }

# Slides
slides-view = How to show the slides
slides-pictures = Pictures
slides-text = Text
slides-on-air = On air
slides-no-text = No text on this slide.
slides-list = Slides of { $title }
slides-go = Show slide { $page }
slides-none = There are no slides in this seminar.

# People
people-title = People
people-unknown = Name not known
people-count = { $present ->
    [one] { $present } person
   *[other] { $present } people
  }{ $halls ->
    [0] { "" }
    [one] { " " }in { $halls } hall
   *[other] { " " }in { $halls } halls
  }
people-on-stage = On stage
people-halls = Halls
people-halls-open = { $open } of { $all } here
people-elsewhere = Other places
people-present = { $count } here
people-hall-empty = nobody yet
people-nobody = Nobody found.
people-search = Search by name
people-is-here = Here
people-has-left = Left
people-muted = sound off
people-mute = Switch off their sound
people-unmute = Allow their sound
people-remove = Remove from the seminar
people-actions = What to do with { $name }

# The floor
floor-give = Give the floor
floor-empty = Nobody has raised a hand.
floor-speaks = speaks · { $spent } of { $limit }
floor-getting-ready = is getting ready · { $spent } of { $limit }
floor-over-time = over time
floor-start = Start
floor-stop = Stop
floor-next = next
floor-up = Move up
floor-down = Move down
floor-lower = Take off the list
floor-first-time = first time
floor-line-lost = line lost

# When one is given the floor
speech-given-heading = You have the floor
speech-given-why = Check how you look and sound. Nobody sees you until you press the button.
speech-go = Go on air
speech-back = Give the floor back
speech-camera = Camera
speech-microphone = Microphone
speech-devices = Camera and microphone
speech-preview = What others will see
speech-level = Microphone level
speech-on-air-heading = You are on air
speech-left = { $time } left
speech-over = { $time } over time
speech-finish = Finish
speech-mic-on = Microphone on
speech-mic-off = Microphone off
speech-camera-on = Camera on
speech-camera-off = Camera off
speech-muted-by-trainer = The trainer has switched off your microphone.
speech-asking = The browser asks for camera and microphone: press “Allow”.
speech-lost = The connection was lost. We are putting you on air again.
speech-failed = You could not be put on air: { $reason }
speech-given-live = You have the floor. Press “Go on air” when you are ready.
speech-taken-live = You no longer have the floor.

# Devices
device-default-camera = Camera { $number }
device-default-microphone = Microphone { $number }
device-sound-only = You can speak with the microphone only.
