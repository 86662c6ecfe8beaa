namespace Steering.Tokenizers;

/// <summary>Cuts a text into the words that are encoded one by one.</summary>
/// <param name="text">A piece of text without added tokens.</param>
/// <param name="isFirst">Whether it starts the whole text.</param>
/// <param name="emit">Receives the words in order.</param>
internal delegate void WordCutter(string text, bool isFirst, Action<string> emit);
