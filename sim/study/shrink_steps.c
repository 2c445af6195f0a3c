typedef int shrink_steps_placeholder;
