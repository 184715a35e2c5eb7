// Keeps which page somebody asked for over the way to a provider and back, which ends at the front page. It is for ten
// minutes and holds nothing but our own address; the server goes to no page that it doesn't know.
const SECONDS = 600;

export default function ({ data }) {
  const page = data.page ? encodeURIComponent(data.page + location.search) : "";
  document.cookie = `${data.cookie}=${page}; path=/; max-age=${page ? SECONDS : 0}; samesite=lax`;
}
