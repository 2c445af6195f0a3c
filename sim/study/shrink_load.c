typedef int shrink_load_placeholder;
