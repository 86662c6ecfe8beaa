using Steering.Cli.Terminal;

namespace Steering.Tests.Cli.Chat;

[TestClass]
public sealed class WordWrapTests
{
    [TestMethod]
    [DataRow("one two three", 8, "one two\nthree")]
    [DataRow("one two three", 7, "one two\nthree")]
    [DataRow("  a list of words", 9, "  a list\n  of\n  words")]
    [DataRow("/why      what fired on the last reply", 24, "/why      what fired on\n          the last reply")]
    [DataRow("unbreakable", 4, "unbreakable")]
    [DataRow("a\n\nb c", 3, "a\n\nb c")]
    [DataRow("雨が 降る", 6, "雨が\n降る")]
    public void Lines_EndBetweenWords(string text, int width, string expected) =>
        Assert.AreEqual(expected, WordWrap.Lines(text, width).ReplaceLineEndings("\n"));

    /// <summary>However a reply is cut into tokens, the lines are the same.</summary>
    [TestMethod]
    public void Wrapper_TakesPiecesThatEndWithinWords()
    {
        const string Text = "The match ended five to one, and Sam was the best player.\n\n  Two lines below.";
        for (var length = 1; length < 9; length++)
        {
            var written = new System.Text.StringBuilder();
            var wrapper = new WordWrapper(piece => written.Append(piece), 20);
            foreach (var piece in Text.Chunk(length))
            {
                wrapper.Write(new string(piece));
            }

            wrapper.Flush();
            Assert.AreEqual("The match ended five\nto one, and Sam was\nthe best player.\n\n  Two lines below.", written.ToString().ReplaceLineEndings("\n"));
        }
    }
}
