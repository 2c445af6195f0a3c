typedef int diff_placeholder;
