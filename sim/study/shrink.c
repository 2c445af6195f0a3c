typedef int shrink_placeholder;
