// Filters fold away on a small screen.
for (const filters of document.querySelectorAll(".bo-filters")) {
  if (window.innerWidth < 768) filters.open = false;
}
