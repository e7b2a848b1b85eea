// On a phone what is asked for less often folds away; what has buttons stays open, for opening it would be a click more.
for (const section of document.querySelectorAll(".bo-fold:not(.bo-stays-open)")) {
  if (window.innerWidth < 768) section.open = false;
}
// Filters fold away where they are above the list.
for (const filters of document.querySelectorAll(".bo-filters")) {
  if (window.innerWidth < 1400) filters.open = false;
}
