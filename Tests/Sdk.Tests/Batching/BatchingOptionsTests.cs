using FsCheck;
using FsCheck.Fluent;
using Steering.Batching;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Batching;

/// <summary>Options that pass validation make a decoder that decodes.</summary>
[TestClass]
public sealed class BatchingOptionsTests
{
    private static readonly Gen<BatchingDecoderOptions> Valid =
        from slots in Of(1, 2, 3, 8, 256)
        from queue in Of(0, 1, 1_000_000)
        from chunk in Of(1, 2, 3, 4, 5, 128, 4096)
        from share in Gen.Elements(0.01, 0.3, 16)
        from ahead in Of(1, 2, 16, 4096)
        from most in Gen.Elements<int?>(null, 2, 3, 4, 5, 64, int.MaxValue)
        from threads in Gen.Elements<int?>(null, 0, 1, 2)
        from refuse in Gen.Elements(false, true)
        from timeout in Gen.Elements<TimeSpan?>(null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), TimeSpan.FromDays(30))
        select new BatchingDecoderOptions
        {
            Slots = slots,
            QueueLength = queue,
            PrefillChunk = chunk,
            PrefillShare = share,
            ReadAhead = ahead,
            MaxTokens = most,
            Threads = threads,
            RefuseWhenFull = refuse,
            ReaderTimeout = timeout,
        };

    [TestMethod]
    [DataRow(8, 2, 128)]
    [DataRow(8, 3, 128)]
    [DataRow(8, 2, 1)]
    [DataRow(1, null, 1)]
    [DataRow(1, 2, 1)]
    [DataRow(2, 3, 1)]
    [DataRow(256, 4, 1)]
    public void TheSmallestDecoders_Decode(int slots, int? maxTokens, int chunk) =>
        Decodes(new BatchingDecoderOptions { Slots = slots, MaxTokens = maxTokens, PrefillChunk = chunk });

    [TestMethod]
    public void TheMostThreads_Decode() => Decodes(new BatchingDecoderOptions { Threads = 1024 });

    [TestMethod]
    public void WhateverIsValid_Decodes() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(Microsoft.FSharp.Core.FSharpOption<Replay>.Some(new Replay(new Rnd(17, 7), null))), Prop.ForAll(Valid.ToArbitrary(), Decodes));

    private static Gen<int> Of(params int[] values) => Gen.Elements(values);

    private static void Decodes(BatchingDecoderOptions options)
    {
        options.Validate();
        using var decoder = new BatchingDecoder(TinyModel.Engine.Model, options);
        var room = Math.Min(options.MaxTokens ?? 12, 12);
        var request = TinyModel.Request() with { PromptIds = [.. Enumerable.Range(60, room - 1)], MaxTokens = 1 };
        var completion = decoder.CompleteAsync(request).GetAwaiter().GetResult();
        Assert.AreSequenceEqual(TinyModel.Decode(request), completion.Ids);
    }
}
