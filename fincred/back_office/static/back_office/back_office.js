// On a phone what is asked for less often folds away.
for (const section of document.querySelectorAll(".bo-fold")) {
  if (window.innerWidth < 768) section.open = false;
}
// Filters fold away where they are above the list.
for (const filters of document.querySelectorAll(".bo-filters")) {
  if (window.innerWidth < 1400) filters.open = false;
}
