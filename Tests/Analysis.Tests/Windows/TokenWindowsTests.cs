using System.Text.Json;
using Steering.Analysis.Corpora;
using Steering.Analysis.Windows;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Windows;

[TestClass]
public sealed class TokenWindowsTests
{
    private const int Bos = 0;

    [TestMethod]
    public void Packed_JoinsDocumentsAndKeepsWhoseTokensTheyAre()
    {
        var counts = new TokenWindowCounts();
        var windows = Windows(BosPlacement.None, 4, counts, "abc", "", "defgh", "i");
        Assert.AreSequenceEqual(["abcd", "efgh"], Letters(windows));
        Assert.AreSequenceEqual([0L, 0, 0, 2], windows[0].Documents);
        Assert.AreSequenceEqual([0L, 1], windows.Select(window => window.Number));
        Assert.IsTrue(windows.All(window => window.Roles.All(role => role == TokenRole.None)));
        Assert.AreEqual((4L, 2L, 8L, 1L), (counts.Documents, counts.Windows, counts.Tokens, counts.CutOff));
    }

    [TestMethod]
    public void Packed_WithBosPerWindow_StartsEveryWindowWithIt() =>
        Assert.AreSequenceEqual(["^abc", "^def"], Letters(Windows(BosPlacement.Window, 4, null, "abcde", "fg")));

    [TestMethod]
    public void Packed_WithBosPerDocument_StartsEveryDocumentWithIt() =>
        Assert.AreSequenceEqual(["^abc", "de^f", "g^hi"], Letters(Windows(BosPlacement.Document, 4, null, "abcde", "fg", "", "hij")));

    [TestMethod]
    public void Packed_OfTooLittleText_IsRefused() =>
        Refusal.Of(() => Windows(BosPlacement.None, 4, null, "abc"), "3 tokens", "window of 4");

    [TestMethod]
    public void Chat_GivesEveryTokenTheRoleOfItsMessage()
    {
        var encoder = new ConversationEncoder(Encode, messages => "^" + string.Concat(messages.Select(message => $"{message.Role[0]}{message.Content}")));
        using var windows = new TokenWindows(new LetterTokenizer(), new TokenWindowOptions { Length = 7, Chat = true }, Bos, encoder);
        var counts = new TokenWindowCounts();
        var read = windows.Read([Conversation(("system", "ab"), ("user", "c"), ("assistant", "def")), Conversation(("user", "x"))], counts).ToArray();
        Assert.AreSequenceEqual(["^sabuca", "^ux"], Letters(read));
        Assert.AreSequenceEqual(
            [TokenRole.System, TokenRole.System, TokenRole.System, TokenRole.System, TokenRole.User, TokenRole.User, TokenRole.Assistant],
            read[0].Roles);
        Assert.AreEqual((2L, 10L, 3L), (counts.Windows, counts.Tokens, counts.CutOff));
    }

    [TestMethod]
    [TestCategory("Model")]
    public void Chat_OfSmolLm_GivesTheReferenceTextInTokensWithRoles()
    {
        var tokenizer = TextTokenizer.Load(TestModels.SmolLm());
        using var windows = TokenWindows.Load(TestModels.SmolLm(), new TokenWindowOptions { Length = 2048, Chat = true });
        var compared = 0;
        foreach (var line in File.ReadLines(OracleFolder.Require("smollm2-135m-instruct", "chat.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("add_generation_prompt").GetBoolean())
            {
                continue;
            }

            compared++;
            var messages = root.GetProperty("messages").EnumerateArray().Select(message => (message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!)).ToArray();
            var window = windows.Read([Conversation(messages)]).Single();
            Assert.AreEqual(root.GetProperty("text").GetString(), tokenizer.Decode(window.Ids));
            Assert.AreEqual(messages[^1].Item1 == "assistant" ? TokenRole.Assistant : TokenRole.User, window.Roles[^1]);
        }

        Assert.IsGreaterThan(0, compared);
    }

    [TestMethod]
    public void Load_WithOptionsThatCannotBe_IsRefused()
    {
        var folder = TestModels.Stories();
        Refusal.Of(() => TokenWindows.Load(folder, new TokenWindowOptions { Length = 1 }).Dispose(), "Windows of 1 ");
        Refusal.Of(() => TokenWindows.Load(folder, new TokenWindowOptions { Length = 1 << 20 }).Dispose(), "the model takes 2 to");
        Refusal.Of(() => TokenWindows.Load(folder, new TokenWindowOptions { Chat = true, Bos = BosPlacement.Window }).Dispose(), "chat template");
        using var windows = TokenWindows.Load(folder);
        Refusal.Of(() => _ = windows.Read([Conversation(("user", "x"))]).Count(), "packed windows take texts");
    }

    private static TextDocument Conversation(params (string Role, string Content)[] messages) => new()
    {
        Number = 0,
        Place = "here",
        Messages = [.. messages.Select(message => new ConversationTurn(message.Role, message.Content))],
    };

    private static TokenWindow[] Windows(BosPlacement bos, int length, TokenWindowCounts? counts, params string[] texts)
    {
        using var windows = new TokenWindows(new LetterTokenizer(), new TokenWindowOptions { Length = length, Bos = bos }, Bos, conversations: null);
        return [.. windows.Read(texts.Select((text, number) => new TextDocument { Number = number, Place = "here", Text = text }), counts)];
    }

    private static IEnumerable<string> Letters(TokenWindow[] windows) =>
        windows.Select(window => string.Concat(window.Ids.Select(id => id == Bos ? '^' : (char)id)));

    private static int[] Encode(string text) => [.. text.Select(letter => letter == '^' ? Bos : letter)];

    /// <summary>A letter is a token.</summary>
    private sealed class LetterTokenizer : ITextTokenizer
    {
        public int Count => 128;

        public int[] Encode(string text, bool addSpecialTokens = false) => TokenWindowsTests.Encode(text);

        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) => throw new NotSupportedException();

        public int? Find(string token) => throw new NotSupportedException();

        public string? Token(int id) => throw new NotSupportedException();

        public bool IsSpecial(int id) => throw new NotSupportedException();

        public IncrementalDetokenizer CreateDetokenizer(bool skipSpecialTokens = false) => throw new NotSupportedException();
    }
}
