// Filters fold away where they are above the list.
for (const filters of document.querySelectorAll(".bo-filters")) {
  if (window.innerWidth < 1400) filters.open = false;
}
