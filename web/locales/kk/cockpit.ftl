# Оқытушының дайындық бөлмесі мен пульті.

cockpit-cancel = Бас тарту
cockpit-close = Жабу

# Дайындық
greenroom-tag = Дайындық: сізді ешкім көрмейді
greenroom-heading = Дайындалыңыз
greenroom-self = Тыңдаушылар сізді осылай көреді
greenroom-level-speak = Бірдеңе айтыңыз: жолақ қозғалуы керек.
greenroom-level-hears = Микрофон сізді естіп тұр.
greenroom-checklist = Эфирге шығар алдында
greenroom-camera-ok = Камера жұмыс істейді
greenroom-camera-off = Камерасыз: тыңдаушылар сізді естиді, слайдтарды көреді
greenroom-microphone-ok = Микрофон сізді естиді
greenroom-microphone-quiet = Микрофон қосулы; тексеру үшін бірдеңе айтыңыз
greenroom-microphone-off = Микрофон жоқ: тыңдаушылар сізді естімейді
greenroom-slides-ok = Слайдтар дайын: { $title }, { $pages } бет
greenroom-slides-rendering = Слайдтар дайындалып жатыр
greenroom-slides-failed = Бұл слайдтарды көрсету мүмкін емес: { $title }
greenroom-slides-none = Слайд жоқ. PDF файлын семинар бетінде қосуға болады.
greenroom-server-ok = Сервермен байланыс бар
greenroom-server-lost = Сервермен байланыс жоқ
greenroom-network-not = Байланыс әлі тексерілмеді
greenroom-network-testing = Байланыс тексерілуде: бірнеше секунд сынақ бейнесі жіберіледі
greenroom-network-good = Байланыс жақсы: тікелей бейне, сізден { $kbps } кбит/с, жоғалғаны { $loss } %
greenroom-network-weak = Байланыс әлсіз: сізден { $kbps } кбит/с, жоғалғаны { $loss } %. Кабельмен қосылыңыз немесе Wi-Fi-ға жақын отырыңыз.
greenroom-network-blocked = Желіңіз тікелей бейнені өткізбейді. Семинарды жүргізуге болады, бірақ бұл желіден сізді ешкім көрмейді және естімейді. Сервердің UDP медиапортын ашуды сұраңыз немесе басқа желіні таңдаңыз.
greenroom-network-failed = Байланысты тексеру мүмкін болмады: { $reason }
greenroom-network-test = Байланысты тексеру
greenroom-network-again = Қайта тексеру
greenroom-others = Тағы кім дайын
greenroom-others-none = Сіз мұнда біріншісіз.
greenroom-other-live = камерасы немесе микрофоны қосулы
greenroom-other-here = дайындықта
greenroom-waiting = { $count ->
    [0] Әзірге ешкім күтіп тұрған жоқ
   *[other] { $count } адам күтіп отыр
  }
greenroom-go-live = { $halls ->
    [0] Эфирді бастау
   *[other] { $halls } залға эфирді бастау
  }

# Пульт
cockpit-end = Аяқтау…
cockpit-end-heading = Семинарды бәріне аяқтайсыз ба?
cockpit-end-why = Эфир мен жазба тоқтайды. Жазбаны бірнеше секундтан кейін көруге болады. Мұны кері қайтару мүмкін емес.
cockpit-end-stay = Эфирде қалу
cockpit-end-for = { $count ->
    [0] Семинарды аяқтау
   *[other] { $count } адам үшін аяқтау
  }
cockpit-people = { $halls ->
    [0] { $people } адам
   *[other] { $people } адам · { $halls } зал
  }
cockpit-audience = Тыңдаушылар көріп отыр
cockpit-next-slide = Келесі: { $page }
cockpit-last-slide = Соңғы слайд
cockpit-slide-previous = Алдыңғы слайд
cockpit-slide-next = Келесі слайд
cockpit-slide-of = { $page } / { $pages }
cockpit-deck = Қай слайдтар
cockpit-previews = Бейнелер
cockpit-me-on-air = эфирде
cockpit-me-elsewhere = басқа құрылғыдан эфирде
cockpit-me-off = эфирде емес
cockpit-my-screen = Сіздің экраныңыз
cockpit-floor = Сөз кезегі
cockpit-tab-polls = Дауыс
cockpit-tab-people = Адамдар
cockpit-tab-chat = Чат
cockpit-side = Адамдар, дауыс беру, чат
cockpit-controls = Басқару
cockpit-share = Экранды көрсету
cockpit-share-stop = Экранды алу
cockpit-share-clip = Экранда фильм: қозғалыс бірқалыпты
cockpit-go-on-air = Эфирге шығу
cockpit-go-on-air-here = Осы жерден эфирге шығу
cockpit-locks = Шектеулер
cockpit-lock-chat = Чатты жабу
cockpit-unlock-chat = Чатты ашу
cockpit-lock-hands = Сөйлеушілер тізімін жабу
cockpit-unlock-hands = Сөйлеушілер тізімін ашу
cockpit-chat-is-locked = Чат жабық
cockpit-hands-are-locked = Тізім жабық
cockpit-poll = Дауыс беруді бастау
cockpit-keys = Пернелер
cockpit-remove-heading = { $name }: семинардан шығару керек пе?
cockpit-remove-why = Қатысушы семинардан бірден шығады және қайта кіре алмайды.
cockpit-remove = Шығару

# Ақаулар
cockpit-trouble = Ақаулар
cockpit-trouble-publish = Сіз эфирде емессіз
cockpit-trouble-publish-why = Камера мен микрофонның байланысы үзілді. Қайта қосып жатырмыз.
cockpit-trouble-publish-failed = Камераңыз бен микрофоныңыз серверге жетпей тұр: { $reason }
cockpit-trouble-restart = Медиа қызметі қайта іске қосылуда
cockpit-trouble-restart-why = Үш секундтан кейін бәрі бейнені қайта көреді. Содан кейін жалғастырыңыз.
cockpit-trouble-server = Сервермен байланыс жоқ
cockpit-trouble-server-why = Эфир жалғасуда. Басқаныңыз байланыс қалпына келгенде жіберіледі.
cockpit-trouble-recording = Жазба тоқтады
cockpit-trouble-recording-why = Семинар жалғасуда, жазбаны қайта бастауға тырысудамыз. Жазылғаны сақталған.
cockpit-trouble-disk-low = Дискіде орын аз
cockpit-trouble-disk-low-why = Әкімшіден орын босатуды сұраңыз, әйтпесе жазба тоқтайды.
cockpit-trouble-disk-full = Диск толды, жазба тоқтады
cockpit-trouble-disk-full-why = Орын босағанша семинар жазбасыз жүреді.
cockpit-trouble-waiting = Жазба жазу қызметін күтуде
cockpit-trouble-waiting-why = Қызмет жауап бергенде өзі басталады.
cockpit-trouble-speaker = { $name }: әлі эфирде емес
cockpit-trouble-speaker-why = Сөз жарты минут бұрын берілді. Келесі адамды шақырыңыз немесе «Эфирге шығу» түймесін басуын сұраңыз.
cockpit-trouble-uplink = Сіздің желіңіз деректерді жоғалтып тұр
cockpit-trouble-uplink-why = Қатысушылар сізді нашар көріп, нашар естиді. Кабель қосыңыз, Wi-Fi-ға жақын отырыңыз немесе желіні пайдаланатын бағдарламаларды жабыңыз.
cockpit-trouble-speaker-line = { $name }: сөйлеушінің байланысы әлсіз
cockpit-trouble-speaker-line-why = Оны нашар естиді. Камерасын өшіруін немесе кабель қосуын сұраңыз.
cockpit-trouble-lines = Байланысы нашар: { $count } / { $following }
cockpit-trouble-lines-why = Кімде екенін және не көмектесетінін қараңыз.
cockpit-trouble-lines-show = Көрсету
cockpit-trouble-retry = Қайталау

# Дауыс беру
cockpit-poll-new = Жаңа дауыс беру
cockpit-poll-none = Әзірге дауыс беру жоқ.
cockpit-poll-templates = Дайын үлгілер
cockpit-poll-question = Сұрақ
cockpit-poll-options = Жауаптар
cockpit-poll-option = { $number }-жауап
cockpit-poll-option-remove = { $number }-жауапты алып тастау
cockpit-poll-add = Жауап қосу
cockpit-poll-limit = Уақыт
cockpit-poll-seconds = { $count } секунд
cockpit-poll-minutes = { $count } минут
cockpit-poll-no-limit = Өзім жапқанша
cockpit-poll-multiple = Бірнеше жауапқа болады
cockpit-poll-anonymous = Жасырын
cockpit-poll-anonymous-hint = Кім нені таңдағанын ешкім, тіпті сіз де көрмейсіз.
cockpit-poll-launch = Дауыс беруді бастау
cockpit-poll-save = Кейінге қалдыру
cockpit-poll-no-question = Сұрақты жазыңыз.
cockpit-poll-few-options = Кемінде екі жауап жазыңыз.
cockpit-poll-running = Дауыс беру жүріп жатыр
cockpit-poll-draft = Дайын
cockpit-poll-released = Нәтиже көрсетілді
cockpit-poll-hidden = Нәтиже жасырын
cockpit-poll-close = Дауыс беруді жабу
cockpit-poll-release = Нәтижені көрсету
cockpit-template-yes-no = Иә / Жоқ
cockpit-template-yes = Иә
cockpit-template-no = Жоқ
cockpit-template-clear = Түсінікті ме?
cockpit-template-clear-question = Әзірге бәрі түсінікті ме?
cockpit-template-clear-yes = Түсінікті
cockpit-template-clear-partly = Толық емес
cockpit-template-clear-no = Түсініксіз
cockpit-template-pace = Қарқын
cockpit-template-pace-question = Қарқын қолайлы ма?
cockpit-template-pace-slow = Тым баяу
cockpit-template-pace-right = Қолайлы
cockpit-template-pace-fast = Тым жылдам

# Пернелер
cockpit-key-space = Бос орын
cockpit-key-mute = Микрофонды қосу немесе өшіру
cockpit-key-previous-slide = Алдыңғы слайд
cockpit-key-next-slide = Келесі слайд
cockpit-key-next-speaker = Келесі адамға сөз беру
cockpit-key-poll = Жаңа дауыс беру
cockpit-key-list = Осы тізім

# Байланыс: кім нашар көреді немесе естиді
cockpit-tab-lines = Желі
lines-title = Қатысушылардың байланысы
lines-unknown = Байланыс туралы дерек әлі жоқ.
lines-all-good = Барлық { $following } қатысушының байланысы жақсы.
lines-count = Байланысы нашар: { $count } / { $following }
lines-hall-count = { $count } / { $following }
lines-more = тағы { $count }
lines-bad = Нашар
lines-weak = Әлсіз
lines-since = { $minutes ->
    [0] жаңа ғана
   *[other] { $minutes } минуттан бері
  }
lines-problem-no-media = Бейне де, дыбыс та жоқ
lines-problem-slides = Тек слайдтар мен мәтін
lines-problem-only-sound = Тек дыбыс
lines-problem-breaks = Дыбыс пен бейне үзіледі
lines-problem-stutters = Бейне кідіріп тұр
lines-problem-slow = Баяу байланыс
lines-problem-delayed = Бірнеше секунд кеш көреді
lines-problem-reduced = Бейне кішірейтілген
lines-problem-full = Бейне кішірейтілген: сервер толы
lines-advice-hall = Бір залда бірнеше адамда қатар: мәселе залдың желісінде. Үйлестірушіден кабель қосуды және жүктеулерді тоқтатуды сұраңыз.
lines-advice-no-media = Бетті жаңартуын немесе басқа желіге қосылуын сұраңыз.
lines-advice-slides = Дауыс беру мен чат жұмыс істейді. Сізді есту үшін басқа желі керек.
lines-advice-only-sound = Байланыс жақсарғанда бейне өзі қайтады. Кабель көмектеседі.
lines-advice-breaks = Үйлестірушіден кабель қосуды сұраңыз немесе «Тек дыбыс» режимін ұсыныңыз.
lines-advice-stutters = Жоғалғаны қалпына келтірілуде. Тоқтамаса: Wi-Fi орнына кабель.
lines-advice-slow = Кеш жауап береді: сәл күтіңіз. Ештеңе істеудің қажеті жоқ.
lines-advice-delayed = Желісі тікелей бейнені өткізбейді. Дауыс беру мен чат жұмыс істейді, ештеңе істеудің қажеті жоқ.
lines-advice-reduced = Бейне өздігінен кішірейеді. Ештеңе істеудің қажеті жоқ.
lines-advice-full = Әкімшіге айтыңыз: сервердің қуаты жетпейді.
