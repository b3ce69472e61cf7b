# Семинар бөлмесі және оның оқытушы пультімен, жазбамен ортақ мәтіндері.

# Жоғарғы жолдағы күй
room-live-timer = Эфир { $time }
room-ended-tag = Аяқталды
room-not-started-tag = Әлі басталған жоқ
room-recording-on = Жазылып жатыр
room-recording-off = Жазылмайды
room-recording-waiting = Жазба: күтуде
room-recording-disk_low = Жазба: дискіде орын аз
room-recording-disk_full = Жазба тоқтады: диск толды
room-recording-failed = Жазба тоқтады
room-loading = Бөлме ашылып жатыр

# Байланыс
line-connecting = Байланыс: қосылуда
line-good = Байланыс: жақсы
line-weak = Байланыс: әлсіз
line-delayed = Байланыс: { $seconds } с шамасында кідіріс
line-lost = Байланыс: үзілді
line-delayed-why = Шамамен { $seconds } секунд кідіріс: желіңіз тікелей бейнені өткізбейді. Дауыс беру, чат және қол көтеру әдеттегідей жұмыс істейді.
line-delayed-lost = Шамамен { $seconds } с кідіріс: тікелей бейне үзілді. Оны қайтаруға тырысып жатырмыз.
line-delayed-codec = Шамамен { $seconds } с кідіріс: бұл браузер тікелей бейнені көрсетпейді.
line-blocked = Желіңіз бейнені өткізбейді. Дыбыс келіп тұр; слайдтар, чат және дауыс беру жұмыс істейді.
line-weak-why = Байланыс әлсіз. «Тек дыбыс» режимінде сөз үзілмейді; слайдтар мен дауыс беру әдеттегідей жұмыс істейді.
line-picture-smaller = Сурет кішірейтілді: байланысыңыз әлсіз.
line-picture-paused = Сурет тоқтатылды: байланыс дыбысқа ғана жетеді. Ол өзі қайта қосылады.
line-picture-reduced = Сурет ықшамдалды: сервер толы. Дыбысқа әсері жоқ, толық сурет өзі қайта қосылады.
line-picture-kept-back = Сурет тоқтатылды: сервер толы. Дыбыс толық естіледі, сурет өзі қайта қосылады.
line-way-tcp = TCP арқылы
line-way-relay = ретранслятор арқылы
line-way-direct-why = Бейне мен дыбыс тікелей келеді.
line-way-tcp-why = Желіңіз UDP өткізбейді: бейне мен дыбыс TCP арқылы келеді, дестелер жоғалса, сәл кідіруі мүмкін.
line-way-relay-why = Желіңіз аз нәрсені өткізеді: бейне мен дыбыс ретранслятор арқылы келеді.
line-use-audio-only = Тек дыбыс
line-reconnecting = Байланыс үзілді. Қайта қосылып жатырмыз; жазғаныңыз сақталады.
line-media-reconnecting = Бейне үзілді. Қайта қосылып жатырмыз.
line-media-failed = Бейне мен дыбыс жетпей тұр. Слайдтар, чат және дауыс беру жұмыс істейді.
line-retry = Қайталау
line-no-h264 = Бұл браузер бейнені көрсете алмайды. Слайдтар, чат және дауыс беру жұмыс істейді; басқа браузерде бейне де болады.

# Сахна
stage-label = Сахна
stage-picture-of = Бейне: { $name }
stage-screen = Экран көрсетілімі
stage-slide = Слайд { $page } / { $pages }
stage-slide-with-text = Слайд { $page } / { $pages }: { $text }
stage-slide-failed = { $page }-слайд жүктелмеді.
stage-slide-retry = Қайта жүктеу
stage-picture-paused = Сурет тоқтатылды
stage-muted = Микрофон өшірулі
stage-speaking = Сөйлеп тұр
stage-nobody = Эфирде әзірге ешкім жоқ. Оқытушы жақында оралады.
stage-audio-only = Тек дыбыс
stage-audio-only-why = Сіз семинарды тыңдап, байланысты үнемдейсіз.
stage-show-slide = Слайдты көрсету
stage-show-speaker = Сөйлеушіні көрсету
stage-join-with-sound = Дыбыспен кіру

# Төменгі жол
room-controls = Басқару
room-sound-on = Дыбыс қосулы
room-sound-off = Дыбыс өшірулі
room-sound-turn-on = Дыбысты қосу
room-sound-turn-off = Дыбысты өшіру
room-volume = Дыбыс деңгейі
room-quality = Сапа
room-quality-now = Сапа: { $choice }
room-quality-short-auto = авто
room-quality-short-low = төмен
room-quality-short-audio = дыбыс
room-quality-short-slides = слайдтар
room-quality-auto = Авто
room-quality-low = Төмен: байланысты үнемдейді
room-quality-audio = Тек дыбыс
room-quality-slides = Тек слайдтар мен мәтін
room-view = Көрініс
room-view-slide-and-speaker = Слайд және сөйлеуші
room-view-side-by-side = Қатар
room-view-speaker-large = Сөйлеуші үлкен
room-view-slides-only = Тек слайдтар
room-view-audio-only = Тек дыбыс
room-hand-raise = Қол көтеру
room-hand-lower = Қолды түсіру
room-hand-position = { $position ->
    [1] Келесі болып сіз сөйлейсіз
   *[other] Кезегіңіз: { $position }
  }
room-hand-locked = Кезек жабық
room-hand-locked-why = Оқытушы сөйлеушілер тізімін әзірге жапты.
room-more = Тағы
room-leave = Шығу
room-panel = Сахна жанында
room-panel-close = Панельді жасыру
room-panel-open = Панельді көрсету
room-tab-slides = Слайдтар
room-tab-chat = Чат
room-tab-people = Адамдар
room-tab-votes = Дауыс
room-tab-chat-new = { $count } жаңа хабарлама
room-tab-votes-open = { $count } ашық дауыс беру
room-votes-none = Әзірге дауыс беру болған жоқ. Оқытушы бастағанда осында ашылады.
room-poll-opened = Дауыс беру басталды: { $question }

# Басталғанға дейін және аяқталғаннан кейін
room-waiting-heading = Семинар әлі басталған жоқ
room-waiting-soon = Қазір басталады. Бет өзі ашылады.
room-waiting-in = Басталуына
room-waiting-late = Басталуы кешігіп жатыр. Ештеңе істеудің қажеті жоқ: бет өзі ашылады.
room-waiting-trainer = Оқытушы: { $name }
room-waiting-check = Дыбысты тексеріңіз
room-waiting-check-why = Батырманы басыңыз: үш қысқа дыбыс естілуі керек. Естілмесе, құрылғының дыбысын қаттырақ қойыңыз.
room-waiting-play = Сынақ дыбысын ойнату
room-waiting-heard = Дыбыс ойнатылды. Естідіңіз бе? Онда бәрі дайын.
room-ended-heading = Семинар аяқталды
room-ended-thanks = Қатысқаныңызға рақмет.
room-ended-lasted = Ұзақтығы { $time }.
room-ended-preparing = Жазба дайындалып жатыр. Сілтеме бірнеше секундта осында шығады.
room-ended-no-recording = Бұл семинар жазылмаған.
room-ended-replay = Жазбаны көру
room-ended-seminar = Жазбаға өту
room-ended-report = Қатысу және есеп
room-home = Басты бетке
room-closed-heading = Кіруге болмайды
room-closed-removed = Сіз бұл семинардан шығарылдыңыз
room-closed-full = Семинарда бос орын жоқ
room-closed-link = Бұл сілтеме жұмыс істемейді
room-closed-missing = Мұндай семинар жоқ
room-closed-trouble = Бөлме ашылмады
room-try-again = Қайталау

# Чат
chat-list = Хабарламалар
chat-you = Сіз
chat-write = Хабарлама
chat-send = Жіберу
chat-sending = Жіберілуде
chat-kept = Осында сақталды; байланыс қалпына келгенде жіберіледі.
chat-dismiss = Алып тастау
chat-empty = Әзірге ешкім жазған жоқ. Бірінші болыңыз.
chat-empty-replay = Осы сәтке дейін чатқа ешкім жазбаған.
chat-locked = Оқытушы чатты әзірге жапты.
chat-newest = Соңғыларға
chat-hide = Хабарламаны жасыру: { $name }
chat-hidden = Оқытушы жасырған
chat-erased = Бұл хабарлама өшірілген.

# Дауыс беру
poll-vote = Дауыс беру
poll-closed = Аяқталды
poll-left = { $time } қалды
poll-pick-one = Бір жауапты таңдаңыз
poll-pick-many = Бір немесе бірнеше жауапты таңдаңыз
poll-send = Дауыс беру
poll-change = Дауысты өзгерту
poll-saving = Сақталуда
poll-kept = Осында сақталды; байланыс қалпына келгенде жіберіледі.
poll-hide = Жасыру
poll-saved = Сақталды. Соңына дейін өзгерте аласыз.
poll-saved-anonymous = Сақталды. Дауыс беру жасырын, сондықтан өзгертуге болмайды.
poll-saved-closed = Даусыңыз есептелді. Нәтижені оқытушы көрсеткенде көресіз.
poll-not-voted = Дауыс беру аяқталды. Сіз дауыс бермедіңіз.
poll-anonymous-note = Жасырын: кім нені таңдағанын ешкім көрмейді. Жіберілген дауысты өзгертуге болмайды.
poll-your-choice = Сіздің таңдауыңыз
poll-share = { $percent } % ({ $count })
poll-voters = { $count } адам дауыс берді

# Слайдтар
slides-view = Слайдтарды қалай көрсету
slides-pictures = Суреттер
slides-text = Мәтін
slides-on-air = Эфирде
slides-no-text = Бұл слайдта мәтін жоқ.
slides-list = Слайдтар: { $title }
slides-go = { $page }-слайдты көрсету
slides-none = Бұл семинарда слайдтар жоқ.

# Адамдар
people-title = Адамдар
people-unknown = Аты белгісіз
people-count = { $halls ->
    [0] { $present } адам
   *[other] { $halls } залда { $present } адам
  }
people-on-stage = Сахнада
people-halls = Залдар
people-halls-open = Байланыста: { $open } / { $all }
people-elsewhere = Басқа жерлер
people-present = Осында: { $count }
people-hall-empty = әзірге ешкім жоқ
people-nobody = Ешкім табылмады.
people-search = Аты бойынша іздеу
people-is-here = Осында
people-has-left = Шығып кетті
people-muted = дыбыссыз
people-mute = Дыбысын өшіру
people-unmute = Дыбысына рұқсат беру
people-remove = Семинардан шығару
people-actions = Әрекеттер: { $name }

# Сөз
floor-give = Сөз беру
floor-empty = Ешкім қол көтерген жоқ.
floor-speaks = сөйлеп тұр · { $spent } / { $limit }
floor-getting-ready = дайындалып жатыр · { $spent } / { $limit }
floor-over-time = уақыты бітті
floor-start = Бастау
floor-stop = Тоқтату
floor-next = келесі
floor-up = Жоғары
floor-down = Төмен
floor-lower = Кезектен алу
floor-first-time = алғаш рет
floor-line-lost = байланыс үзілді

# Сөз берілгенде
speech-given-heading = Сізге сөз берілді
speech-given-why = Қалай көрініп, естіліп тұрғаныңызды тексеріңіз. Батырманы басқанша сізді ешкім көрмейді.
speech-go = Эфирге шығу
speech-back = Сөзден бас тарту
speech-camera = Камера
speech-microphone = Микрофон
speech-devices = Камера және микрофон
speech-preview = Басқалар не көреді
speech-level = Микрофон деңгейі
speech-on-air-heading = Сіз эфирдесіз
speech-left = { $time } қалды
speech-over = Уақыт { $time } бұрын бітті
speech-finish = Аяқтау
speech-mic-on = Микрофон қосулы
speech-mic-off = Микрофон өшірулі
speech-camera-on = Камера қосулы
speech-camera-off = Камера өшірулі
speech-muted-by-trainer = Оқытушы микрофоныңызды өшірді.
speech-asking = Браузер камера мен микрофонға рұқсат сұрайды: «Рұқсат беру» түймесін басыңыз.
speech-lost = Байланыс үзілді. Сізді эфирге қайта шығарып жатырмыз.
speech-failed = Эфирге шығу мүмкін болмады: { $reason }
speech-given-live = Сізге сөз берілді. Дайын болғанда «Эфирге шығу» түймесін басыңыз.
speech-taken-live = Сөзіңіз аяқталды.

# Құрылғылар
device-default-camera = { $number }-камера
device-default-microphone = { $number }-микрофон
device-sound-only = Тек микрофонмен сөйлеуге болады.
