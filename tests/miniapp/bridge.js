// A double of the native side that Zalo gives a Mini App's page. It runs before the page's scripts; the real zmp-sdk
// talks to it. `CITIZEN` names who holds the phone, and the test reads in `native.calls` what the app asked for.
(() => {
  if (location.hostname !== "h5.zdn.vn") return;
  const kept = (name) => `native ${name}`;
  const map = (keys) =>
    Object.fromEntries(keys.map((each) => [each, localStorage.getItem(kept(each))]).filter(([, text]) => text !== null));
  const answers = {
    "action.jump.login": () => ({
      miniProgramConfig: { canUseAccessTokenByDefault: true, userAuthorized: true },
      cookiesOAuthLogins: [
        { name: "h5.zdn.vn_zoauth", value: window.SOMEBODY_ELSE ? `${CITIZEN}else` : CITIZEN },
        { name: "h5.zdn.vn_zlink3rd", value: "js-token" },
      ],
    }),
    "action.mp.get.number": () => ({ token: `phone-${PHONE}` }),
  };
  window.native = { calls: [] };
  window.ZJSBridge = {};
  window.zaloVersionCode = 25112868;
  window.ZaloJavaScriptInterface = {
    jsCall(_jsToken, action, _accessToken, parameters, callback) {
      window.native.calls.push({ action, parameters: JSON.parse(parameters || "{}") });
      const data = (answers[action] ?? (() => ({})))();
      const answer = JSON.stringify({ error_code: 0, error_message: "", action, data });
      // Android evaluates the text of a call, an iPhone is handed the function.
      setTimeout(() => (typeof callback === "string" ? (0, eval)(callback) : callback)(answer));
    },
    jsH5EventCallback() {},
    processActionMPDS(text) {
      const { mpds_action: action, mpds_data: data } = JSON.parse(text);
      let found = {};
      if (action === "mpds.get") found = { map: map(data.keys) };
      if (action === "mpds.set") for (const [name, value] of Object.entries(data.map)) localStorage.setItem(kept(name), value);
      if (action === "mpds.remove.key") for (const name of data.keys) localStorage.removeItem(kept(name));
      return JSON.stringify({ error_code: 0, data: { mpds_data: found } });
    },
  };
})();
