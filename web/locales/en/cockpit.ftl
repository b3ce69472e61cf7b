# The trainer's green room and cockpit.

cockpit-cancel = Cancel
cockpit-close = Close

# Green room
greenroom-tag = Green room: nobody sees you
greenroom-heading = Get ready
greenroom-self = This is how the audience will see you
greenroom-level-speak = Say something: the bar should move.
greenroom-level-hears = The microphone hears you.
greenroom-checklist = Before you go live
greenroom-camera-ok = Camera works
greenroom-camera-off = Without camera: the audience will hear you and see the slides
greenroom-microphone-ok = Microphone hears you
greenroom-microphone-quiet = Microphone is on; say something to test it
greenroom-microphone-off = No microphone: the audience would not hear you
greenroom-slides-ok = Slides ready: { $title }, { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
  }
greenroom-slides-rendering = Slides are being prepared
greenroom-slides-failed = These slides can not be shown: { $title }
greenroom-slides-none = No slides. You can add a PDF on the page of the seminar.
greenroom-server-ok = Connected to the server
greenroom-server-lost = No connection to the server
greenroom-network-not = Line not tested yet
greenroom-network-testing = Testing the line: sending a test picture for a few seconds
greenroom-network-good = Line good: direct video, { $kbps } kbit/s up, { $loss } % lost
greenroom-network-weak = Line weak: { $kbps } kbit/s up, { $loss } % lost. Use a cable or sit nearer to the Wi-Fi.
greenroom-network-blocked = Your network blocks direct video. You can run the seminar, but nobody will see or hear you from this network. Ask for the server's UDP media port to be opened, or use another network.
greenroom-network-failed = The line could not be tested: { $reason }
greenroom-network-test = Test the line
greenroom-network-again = Test again
greenroom-others = Who else is ready
greenroom-others-none = You are the first here.
greenroom-other-live = camera or microphone on
greenroom-other-here = in the green room
greenroom-waiting = { $count ->
    [0] Nobody is waiting yet
    [one] { $count } person is waiting
   *[other] { $count } people are waiting
  }
greenroom-go-live = { $halls ->
    [0] Go live
    [one] Go live to { $halls } hall
   *[other] Go live to { $halls } halls
  }

# Cockpit
cockpit-end = End…
cockpit-end-heading = End the seminar for everyone?
cockpit-end-why = The broadcast and the recording stop. The recording can be watched a few seconds later. This can not be undone.
cockpit-end-stay = Stay live
cockpit-end-for = { $count ->
    [0] End the seminar
    [one] End for { $count } person
   *[other] End for { $count } people
  }
cockpit-people = { $people ->
    [one] { $people } person
   *[other] { $people } people
  }{ $halls ->
    [0] { "" }
    [one] { " " }· { $halls } hall
   *[other] { " " }· { $halls } halls
  }
cockpit-audience = The audience sees
cockpit-next-slide = Next: { $page }
cockpit-last-slide = Last slide
cockpit-slide-previous = Previous slide
cockpit-slide-next = Next slide
cockpit-slide-of = { $page } of { $pages }
cockpit-deck = Which slides
cockpit-previews = Pictures
cockpit-me-on-air = on air
cockpit-me-elsewhere = on air from another device
cockpit-me-off = not on air
cockpit-my-screen = Your screen
cockpit-floor = Floor
cockpit-tab-polls = Votes
cockpit-tab-people = People
cockpit-tab-chat = Chat
cockpit-side = People, votes, chat
cockpit-controls = Controls
cockpit-share = Share screen
cockpit-share-stop = Stop sharing
cockpit-share-clip = Film on the screen: smooth movement
cockpit-go-on-air = Go on air
cockpit-go-on-air-here = Go on air here
cockpit-locks = Locks
cockpit-lock-chat = Close the chat
cockpit-unlock-chat = Open the chat
cockpit-lock-hands = Close the list of speakers
cockpit-unlock-hands = Open the list of speakers
cockpit-chat-is-locked = Chat closed
cockpit-hands-are-locked = List closed
cockpit-poll = Start a vote
cockpit-keys = Keys
cockpit-remove-heading = Remove { $name }?
cockpit-remove-why = They leave the seminar at once and can not come back to it.
cockpit-remove = Remove

# Trouble
cockpit-trouble = Trouble
cockpit-trouble-publish = You are off air
cockpit-trouble-publish-why = The connection of your camera and microphone was lost. It is being opened again.
cockpit-trouble-publish-failed = Your camera and microphone do not reach the server: { $reason }
cockpit-trouble-restart = The media service is restarting
cockpit-trouble-restart-why = Everyone sees the picture again in about three seconds. Go on speaking afterwards.
cockpit-trouble-server = No connection to the server
cockpit-trouble-server-why = The broadcast goes on. What you press is sent when the line is back.
cockpit-trouble-recording = The recording has stopped
cockpit-trouble-recording-why = The seminar goes on; it is being tried again. What was recorded until now is safe.
cockpit-trouble-disk-low = The disk is nearly full
cockpit-trouble-disk-low-why = Ask the administrator to free space, or the recording will stop.
cockpit-trouble-disk-full = The disk is full, the recording has stopped
cockpit-trouble-disk-full-why = The seminar goes on without a recording until space is freed.
cockpit-trouble-waiting = The recording waits for the recorder
cockpit-trouble-waiting-why = It starts by itself as soon as the recorder answers.
cockpit-trouble-speaker = { $name } is not on air yet
cockpit-trouble-speaker-why = Half a minute has passed since the floor was given. Call the next speaker or ask them to press “Go on air”.
cockpit-trouble-uplink = Your own line loses what you send
cockpit-trouble-uplink-why = The audience sees and hears you badly. Plug in a cable, sit nearer to the Wi-Fi, or end other programs that use the network.
cockpit-trouble-speaker-line = { $name }: the line of the speaker is weak
cockpit-trouble-speaker-line-why = The audience hears them badly. Ask them to switch the camera off or to use a cable.
cockpit-trouble-lines = { $count } of { $following } have trouble following
cockpit-trouble-lines-why = See who it is and what helps.
cockpit-trouble-lines-show = Show who
cockpit-trouble-retry = Try again

# Votes
cockpit-poll-new = New vote
cockpit-poll-none = No votes yet.
cockpit-poll-templates = Ready-made
cockpit-poll-question = Question
cockpit-poll-options = Answers
cockpit-poll-option = Answer { $number }
cockpit-poll-option-remove = Remove answer { $number }
cockpit-poll-add = Add an answer
cockpit-poll-limit = Time
cockpit-poll-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
  }
cockpit-poll-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
  }
cockpit-poll-no-limit = Until I close it
cockpit-poll-multiple = Several answers allowed
cockpit-poll-anonymous = Anonymous
cockpit-poll-anonymous-hint = Nobody can see who chose what, not even you.
cockpit-poll-launch = Start the vote
cockpit-poll-save = Keep for later
cockpit-poll-no-question = Write the question.
cockpit-poll-few-options = Write at least two answers.
cockpit-poll-running = Voting now
cockpit-poll-draft = Ready
cockpit-poll-released = Results shown
cockpit-poll-hidden = Results hidden
cockpit-poll-close = Close the vote
cockpit-poll-release = Show the results
cockpit-template-yes-no = Yes / No
cockpit-template-yes = Yes
cockpit-template-no = No
cockpit-template-clear = Is it clear?
cockpit-template-clear-question = Is everything clear so far?
cockpit-template-clear-yes = Clear
cockpit-template-clear-partly = Partly clear
cockpit-template-clear-no = Not clear
cockpit-template-pace = Pace
cockpit-template-pace-question = How is the pace?
cockpit-template-pace-slow = Too slow
cockpit-template-pace-right = Right
cockpit-template-pace-fast = Too fast

# Keys
cockpit-key-space = Space
cockpit-key-mute = Microphone on or off
cockpit-key-previous-slide = Previous slide
cockpit-key-next-slide = Next slide
cockpit-key-next-speaker = Give the floor to the next
cockpit-key-poll = New vote
cockpit-key-list = This list

# Lines: who follows badly
cockpit-tab-lines = Lines
lines-title = Lines of the participants
lines-unknown = Nobody's line is known yet.
lines-all-good = { $following ->
    [one] The line of the only one who follows is good.
   *[other] All { $following } follow without trouble.
  }
lines-count = { $count ->
    [one] { $count } of { $following } has trouble
   *[other] { $count } of { $following } have trouble
  }
lines-hall-count = { $count } of { $following }
lines-more = and { $count } more
lines-bad = Bad
lines-weak = Weak
lines-since = { $minutes ->
    [0] just now
    [one] for { $minutes } minute
   *[other] for { $minutes } minutes
  }
lines-problem-no-media = No picture, no sound
lines-problem-slides = Only slides and text
lines-problem-only-sound = Only sound
lines-problem-breaks = Sound and picture break up
lines-problem-stutters = The picture stutters
lines-problem-slow = Slow line
lines-problem-delayed = Sees it some seconds late
lines-problem-reduced = Smaller picture
lines-problem-full = Smaller picture: the server is full
lines-advice-hall = Several people of one hall: it is the hall's line. Ask the coordinator to plug in the cable and to end downloads.
lines-advice-no-media = Ask them to reload the page or to use another network.
lines-advice-slides = Votes and chat work. Ask them to use another network if they want to hear you.
lines-advice-only-sound = The picture returns by itself when the line is better. A cable helps.
lines-advice-breaks = Ask the coordinator to plug in the cable, or advise “Audio only”.
lines-advice-stutters = It is being repaired. If it lasts: a cable instead of Wi-Fi.
lines-advice-slow = They answer late: give them a moment. Nothing to do.
lines-advice-delayed = Their network blocks direct video. Votes and chat work; nothing to do.
lines-advice-reduced = They get a smaller picture automatically. Nothing to do.
lines-advice-full = Tell the administrator: the server has no room for more.
