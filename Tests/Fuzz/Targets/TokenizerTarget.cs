using System.Text;
using Steering.Tokenizers;

namespace Steering.Fuzz.Targets;

/// <summary>Loads <c>tokenizer.json</c> and takes a text there and back.</summary>
internal sealed class TokenizerTarget : IFuzzTarget
{
    private const string Sentence = "a ab\u00fcb  1\n<s>\u4e2d";

    private readonly ScratchFolder _folder = new();

    public string Name => "tokenizer";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        """
        {"version": "1.0", "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
         "normalizer": null, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}, "post_processor": null, "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
          "vocab": {"<s>": 0, "a": 1, "b": 2, "ab": 3, "Ġ": 4, "Ġa": 5}, "merges": ["a b", "Ġ a"]}}
        """u8.ToArray(),
        """
        {"added_tokens": [], "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "pre_tokenizer": null, "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
         "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "▁": 4, "▁a": 5}, "merges": [["a", "b"], ["▁", "a"]]}}
        """u8.ToArray(),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "BPE", "ByteLevel", "Metaspace", "Split", "Digits", "Sequence", "Prepend", "Replace", "NFC", "NFKC", "Lowercase", "ByteFallback", "Fuse", "Strip", "Regex", "String", "(a+)+$", "type", "vocab", "merges", "unk_token", "content", "pattern", "pre_tokenizer", "pretokenizers", "decoder", "decoders", "normalizer", "normalizers", "added_tokens", "special", "id", "a", "ab", "Ġ", "▁", "",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        _folder.Write("tokenizer.json", input);
        var tokenizer = TextTokenizer.Load(_folder.Path);
        _ = tokenizer.Decode(tokenizer.Encode(Sentence));
    }

    public void Dispose() => _folder.Dispose();
}
