# One sentence for each error code: what happened and what to do about it.

error-bad_request = Some of what was entered can't be used. Please check it and try again.
error-not_logged_in = You are not logged in any more. Please log in again.
error-wrong_password = The e-mail address or the password is not right. Please check both and try again.
error-too_many_tries = Too many wrong tries. Please wait { $wait_s ->
    [one] { $wait_s } second
   *[other] { $wait_s } seconds
  } and try again.
error-forbidden = Your account may not do this. If you need it, ask the trainer or the administrator.
error-not_found = We can't find this. It may have been removed, or the address is not complete.
error-link_wrong = This link is not right. Please copy it again, whole, from the invitation.
error-link_expired = This link is not valid any more. Please ask the trainer for a new one.
error-seminar_full = { $capacity ->
    [one] The only place of this seminar is taken.
   *[other] All { $capacity } places of this seminar are taken.
  } You can watch the recording when it has ended.
error-removed = The trainer has removed you from this seminar. If this is a mistake, please call the organisers.
error-session_not_live = The seminar is not on air yet. The page opens by itself when it starts.
error-session_over = The seminar has ended. The recording is on its page.
error-already_in_state = This has been done already.
error-chat_locked = The trainer has closed the chat for now. You can still raise your hand.
error-hands_locked = The trainer is not taking hands at the moment. You can write in the chat.
error-not_in_queue = This hand is not raised any more.
error-floor_busy = { $limit ->
    [one] One speaker has
   *[other] { $limit } speakers have
  } the floor already. End a speech first, then give the floor again.
error-poll_closed = The vote has ended. Your answer came too late and was not counted.
error-poll_not_found = This poll is not there any more.
error-already_voted = You have voted already. Your first answer counts.
error-choice_invalid = This answer is not possible in this poll. Please choose again.
error-pdf_unreadable = This file can't be read as a PDF. Please export the slides as PDF again and upload them.
error-pdf_encrypted = This PDF is locked with a password. Please save it without a password and upload it again.
error-pdf_too_long = This PDF has too many pages: { $limit } are possible. Please upload it in parts.
error-file_too_big = { $limit_mb ->
    [0] This file is too big. Please upload a smaller one.
   *[other] This file is too big: { $limit_mb } MB are possible. Please make its pictures smaller or upload it in parts.
  }
error-rate_limited = That was too fast. Please wait a moment and try again.
error-media_unavailable = Picture and sound are being restarted. They come back by themselves in a few seconds.
error-no_common_codec = This browser can't show our video. The sound, slides, chat and votes work; for the picture, use a newer Chrome, Edge, Firefox or Safari.
error-recorder_unavailable = The recording is interrupted and is being restarted. The seminar goes on.
error-no_recording = There is no recording of this seminar.
error-internal = Something went wrong on our side. Please try again; if it happens again, tell the administrator.
error-offline = There is no connection to the server at the moment. Please check your network; we keep trying.

error-device_refused = The browser may not use the camera and microphone. Press the lock or camera sign beside the address, allow both and try again.
error-device_absent = No camera or microphone was found. Please plug one in and try again.
error-device_busy = Another program is using the camera or microphone. Please close it and try again.
error-device_insecure = The browser gives camera and microphone only to secure addresses. Please open this page by https.
error-device_failed = The camera or microphone could not be started. Please unplug it, plug it in and try again, or choose another one.
error-screen_refused = The screen was not shared. Press the button again and choose a window or the whole screen.
error-screen_unsupported = This browser can't share its screen. Please use a computer with Chrome, Edge, Firefox or Safari.
error-webrtc_unsupported = This browser can't send or receive live video. You can follow a few seconds later; to speak, use a newer browser.
