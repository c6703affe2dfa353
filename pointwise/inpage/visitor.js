// The visitor's token in a cookie of this site's own. The server made it; a valid one that is there already, from another
// tab, is never overwritten but told to the server. Where cookies do not work the server is told so.

const TOKEN = /^[0-9a-f]{32}$/
let told = "" // what the server was told last

function cookie(name) {
  return document.cookie.split("; ").find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? ""
}

// What the server has to know, as a name and a value; null where the cookie is there and renewed.
function renew({ name, token, days }) {
  try {
    const found = cookie(name)
    if (TOKEN.test(found) && found !== token) return ["other", found]
    const secure = location.protocol === "https:" ? "; Secure" : ""
    document.cookie = `${name}=${token}; Path=/; Max-Age=${86400 * days}; SameSite=Strict${secure}`
    if (cookie(name) === token) return null
  } catch {
    // a page in a sandbox may not even ask for its cookies
  }
  return ["refused", token]
}

export default function ({ data, setTriggerValue }) {
  const look = () => {
    const news = renew(data)
    if (!news || told === news.join()) return
    told = news.join()
    setTriggerValue(...news)
  }
  // In turns with other tabs of this site, which may have arrived at the same time.
  if (navigator.locks) navigator.locks.request(data.name, look).catch(look)
  else look()
}
