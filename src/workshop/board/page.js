"use strict";
const tick = () => {
  for (const clock of document.querySelectorAll(".clock[data-opened]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Number(clock.dataset.opened)) / 1000));
    const minutes = Number(clock.dataset.minutes);
    const two = (number) => String(number).padStart(2, "0");
    clock.textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)} of ${minutes}:00`;
    clock.classList.toggle("over", seconds >= minutes * 60);
  }
  for (const time of document.querySelectorAll(".feed time")) {
    time.textContent = new Date(time.dateTime).toTimeString().slice(0, 5);
  }
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const follow = async () => {
  let tag = "";
  for (;;) {
    try {
      const headers = tag === "" ? {} : { "If-None-Match": tag };
      const answer = await fetch(`${location.pathname}?wait=25`, { headers, cache: "no-store" });
      document.body.classList.remove("lost");
      if (answer.status === 200) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        if (fresh) document.getElementById("live").replaceWith(fresh);
        tag = answer.headers.get("ETag") ?? "";
        tick();
        await pause(500);
      } else if (answer.status !== 304) {
        document.body.classList.add("lost");
        await pause(5000);
      }
    } catch {
      document.body.classList.add("lost");
      await pause(2000);
    }
  }
};
setInterval(tick, 1000);
tick();
follow();
